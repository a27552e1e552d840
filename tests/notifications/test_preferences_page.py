"""MS-13: everybody chooses what to be told, where, and when not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban.jobs.runner import run_pending
from tongban.notifications.channels import Channel
from tongban.notifications.models import Preference, QuietHours
from tongban.notifications.services import notify
from tongban.testing.factories import Campus
from tongban.web.runtime import Runtime

PAGE = "/me/notifications"


@pytest.fixture
def two_channels(install: Callable[..., None], post: Any) -> None:
    install(Channel("sms", "短信", post.send), Channel("mail", "邮件", post.send, default_on=False))


def box(form: Any, value: str) -> Any:
    return next(field for field in form.fields["wanted"] if field._value == value)


def test_defaults_are_shown_and_choices_are_kept(
    app: Any, db: Session, campus: Campus, two_channels: None
) -> None:
    person = campus.person()
    app.sign_in(person)
    form = app.get(PAGE).forms["preferences"]
    assert box(form, "post.task|sms").checked
    assert not box(form, "post.task|mail").checked
    box(form, "post.task|sms").checked = False
    box(form, "post.done|mail").checked = True
    form["quiet_from"], form["quiet_to"] = "22:00", "07:30"
    page = form.submit(status=303).follow()
    assert "已保存" in page
    form = page.forms["preferences"]
    assert not box(form, "post.task|sms").checked
    assert box(form, "post.done|mail").checked
    assert (form["quiet_from"].value, form["quiet_to"].value) == ("22:00", "07:30")
    hours = db.execute(select(QuietHours.from_minute, QuietHours.to_minute)).one()
    assert hours == (1320, 450)


def test_a_choice_counts_at_the_next_notification(
    app: Any, runtime: Runtime, db: Session, campus: Campus, two_channels: None, post: Any
) -> None:
    person = campus.person()
    app.sign_in(person)
    form = app.get(PAGE).forms["preferences"]
    box(form, "post.task|sms").checked = False
    form.submit(status=303)
    notify(db, kind="post.task", people=[person.id], title="x")
    notify(db, kind="post.done", people=[person.id], title="y")
    db.commit()
    run_pending(runtime)
    assert [parcel.title for parcel in post.parcels] == ["y"]


def test_quiet_hours_can_be_taken_away(
    app: Any, db: Session, campus: Campus, two_channels: None
) -> None:
    person = campus.person()
    db.add(QuietHours(person_id=person.id, from_minute=0, to_minute=60))
    db.commit()
    app.sign_in(person)
    form = app.get(PAGE).forms["preferences"]
    form["quiet_from"] = form["quiet_to"] = ""
    form.submit(status=303)
    assert db.scalar(select(func.count()).select_from(QuietHours)) == 0


@pytest.mark.parametrize(
    ("start", "end", "field", "message"),
    [
        ("22:00", "", "quiet_to", "两个时间都留空"),
        ("", "07:00", "quiet_from", "两个时间都留空"),
        ("25:00", "07:00", "quiet_from", "格式"),
        ("22:00", "七点", "quiet_to", "格式"),
        ("22:00", "22:00", "quiet_to", "不能与开始时间相同"),
    ],
)
def test_wrong_times_are_said_at_the_field_and_nothing_is_stored(
    app: Any,
    db: Session,
    campus: Campus,
    two_channels: None,
    start: str,
    end: str,
    field: str,
    message: str,
) -> None:
    app.sign_in(campus.person())
    form = app.get(PAGE).forms["preferences"]
    form["quiet_from"], form["quiet_to"] = start, end
    box(form, "post.task|sms").checked = False
    page = form.submit(status=422)
    assert message in page.html.find(id=f"{field}-error").text
    assert page.html.select_one(f'.alert-bad[role=alert] a[href="#{field}"]')
    shown = page.forms["preferences"]
    assert (shown["quiet_from"].value, shown["quiet_to"].value) == (start, end)
    assert not box(shown, "post.task|sms").checked
    assert db.scalar(select(func.count()).select_from(Preference)) == 0
    assert db.scalar(select(func.count()).select_from(QuietHours)) == 0


def test_without_kinds_the_page_says_so(app: Any, campus: Campus) -> None:
    app.sign_in(campus.person())
    assert "还没有可设置的提醒" in app.get(PAGE)


def test_strangers_are_sent_to_sign_in(app: Any) -> None:
    assert "/login" in app.get(PAGE, status=303).location


TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TEXT, max_size=3), TEXT, TEXT)
def test_no_input_breaks_the_form(
    app: Any, campus: Campus, two_channels: None, wanted: list[str], start: str, end: str
) -> None:
    if "token" not in app.__dict__:
        app.sign_in(campus.person())
        app.token = app.csrf_token()
    fields = [("csrf_token", app.token), ("quiet_from", start), ("quiet_to", end)]
    answer = app.post(PAGE, [*fields, *(("wanted", value) for value in wanted)], status="*")
    assert answer.status_int in (303, 422)
