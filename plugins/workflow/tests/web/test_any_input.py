"""Whatever is sent, the answer is a page that says so: never a failure of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import Upload

from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban_workflow.models import Task

from .conftest import ITEM, World

Browse = Callable[[MadePerson], Browser]
Apply = Callable[..., str]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["", "1", "-1", "9" * 30, "\x00", "NaN", "wired", "x" * 600]
)
FIELDS = ("place", "kind", "other", "detail", "cost", "keeper", "keeper.search", "unit",
          "unit.search", "phone", "photos", "photos.new", "secret", "report", "result")  # fmt: skip
CONTROLS = [f"f.{name}" for name in FIELDS] + ["look", "remove", "comment", "form_rev", "nothing"]
BODY = st.dictionaries(st.sampled_from(CONTROLS), TEXT, max_size=8)
ACTS = ("submit", "draft", "discard", "approve", "handle", "reject", "return", "save", "resubmit",
        "withdraw", "cancel", "", "unknown")  # fmt: skip
REQUEST_IDS = st.sampled_from(["", "short", "r" * 12, "s" * 64, "\x00" * 12, "不是编号不是编号"])
KNOWN = (200, 303, 400, 403, 404, 409, 422)

common = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_applying_survives_any_input(world: World, browse: Browse) -> None:
    browser = browse(world.student)
    token = browser.csrf_token()

    @common
    @given(body=BODY, act=st.sampled_from(ACTS), request_id=REQUEST_IDS)
    def throw(body: dict[str, str], act: str, request_id: str) -> None:
        values = {**body, "act": act, "request_id": request_id, "csrf_token": token}
        answer = browser.post(f"/apply/{ITEM}", values, expect_errors=True)
        assert answer.status_int in KNOWN

    throw()


def test_acting_survives_any_input(world: World, browse: Browse, apply: Apply, db: Session) -> None:
    path = apply()
    tasks = [str(one) for one in db.scalars(select(Task.id))]
    people = [browse(one) for one in (world.handler, world.student, world.operator)]
    tokens = [one.csrf_token() for one in people]

    @common
    @given(
        body=BODY,
        act=st.sampled_from(ACTS),
        request_id=REQUEST_IDS,
        task=st.sampled_from([*tasks, "", "x", "\x00"]),
        who=st.integers(0, 2),
    )
    def throw(body: dict[str, str], act: str, request_id: str, task: str, who: int) -> None:
        values = {**body, "act": act, "request_id": request_id, "task_id": task,
                  "csrf_token": tokens[who]}  # fmt: skip
        answer = people[who].post(path, values, expect_errors=True)
        assert answer.status_int in KNOWN

    throw()


def test_files_of_any_name_and_content_are_survived(world: World, browse: Browse) -> None:
    browser = browse(world.student)
    token = browser.csrf_token()
    names = st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), min_size=1
    )

    @common
    @given(name=names | names.map(lambda one: one + ".txt"), content=st.binary(max_size=200))
    def throw(name: str, content: bytes) -> None:
        files: list[Any] = [("f.photos.new", Upload(name, content))]
        fields: list[Any] = [("csrf_token", token), ("act", "look")]
        answer = browser.post(
            f"/apply/{ITEM}", fields + files, content_type="multipart/form-data",
            expect_errors=True,
        )  # fmt: skip
        assert answer.status_int in KNOWN

    throw()


def test_a_form_from_elsewhere_is_refused(world: World, browse: Browse, apply: Apply) -> None:
    path = apply()
    browser = browse(world.handler)
    for address in (path, f"{path}/read", f"/apply/{ITEM}"):
        browser.post(address, {"act": "approve"}, status=400)
