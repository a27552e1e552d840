"""What each person sees of a case and may do with it."""

from __future__ import annotations

from typing import Any

import pytest

from tongban_workflow import engine as workflow
from tongban_workflow.engine import CaseView

DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}


@pytest.fixture
def case_id(desk: Any, step: Any) -> Any:
    flow = desk.publish(
        [
            step("accept", DUTY, fields={"amount": "edit", "secret": "hidden", "place": "hidden"}),
            {
                "id": "tell",
                "type": "cc",
                "name": "抄送",
                "who": [{"rule": "unit_head", "of": "owner"}],
                "fields": {"place": "hidden", "amount": "hidden"},
            },
            step("work", {"rule": "form_person", "field": "driver"}, type="handle",
                 fields={"result": "required", "secret": "edit"}),
        ],
        fill={"fields": {"result": "hidden", "amount": "edit"}},
    )  # fmt: skip
    return desk.start(flow, driver=desk.town["driver"].id, amount=3).case_id


def view(desk: Any, case_id: Any, who: str) -> CaseView:
    return workflow.read_case(desk.session, case_id, desk.town[who].id)


def seen(case: CaseView) -> set[str]:
    return {field for field, right in case.rights.items() if right != "hidden"}


EVERYTHING = {"place", "kind", "amount", "driver", "result", "secret"}


def test_the_starter_may_withdraw_until_somebody_decides(desk: Any, case_id: Any) -> None:
    before = view(desk, case_id, "teacher")
    assert (before.part, before.task, before.acts) == ("starter", None, ("withdraw",))
    assert seen(before) == EVERYTHING - {"result"}
    assert set(before.rights.values()) == {"read", "hidden"}
    desk.act("approve", case_id, "duty1")
    assert view(desk, case_id, "teacher").acts == ()


def test_an_assignee_sees_and_edits_as_the_step_says(desk: Any, case_id: Any) -> None:
    mine = view(desk, case_id, "duty1")
    assert (mine.part, mine.acts) == ("assignee", ("approve", "reject", "return"))
    assert mine.task is not None
    assert (mine.task.step, mine.task.kind) == ("accept", "approve")
    assert mine.rights == {
        "place": "hidden",
        "kind": "read",
        "amount": "edit",
        "driver": "read",
        "result": "read",
        "secret": "hidden",
    }
    assert workflow.editable_fields(mine.rights) == {"amount"}


def test_afterwards_one_sees_what_ones_steps_showed(desk: Any, case_id: Any) -> None:
    desk.act("approve", case_id, "duty1")
    mine = view(desk, case_id, "duty1")
    assert (mine.part, mine.task, mine.acts) == ("assignee", None, ())
    assert seen(mine) == EVERYTHING - {"place", "secret"}
    assert workflow.editable_fields(mine.rights) == frozenset()


def test_a_copied_person_reads(desk: Any, case_id: Any) -> None:
    desk.act("approve", case_id, "duty1")
    mine = view(desk, case_id, "it_head")
    assert (mine.part, mine.acts) == ("copied", ("read",))
    assert mine.task is not None
    assert seen(mine) == EVERYTHING - {"place", "amount"}
    workflow.mark_read(desk.session, [mine.task.id], desk.town["it_head"])
    again = view(desk, case_id, "it_head")
    assert (again.part, again.task, again.acts) == ("copied", None, ())


def test_an_outsider_has_no_part_and_sees_what_nobody_is_kept_from(desk: Any, case_id: Any) -> None:
    other = view(desk, case_id, "student")
    assert (other.part, other.task, other.acts) == ("", None, ())
    assert seen(other) == {"kind", "driver"}


def test_the_starter_of_a_returned_case_fills_it_in(desk: Any, case_id: Any) -> None:
    desk.act("return_to_fill", case_id, "duty1")
    mine = view(desk, case_id, "teacher")
    assert mine.acts == ("save", "resubmit", "cancel")
    assert mine.rights["place"] == "edit"
    assert mine.rights["result"] == "hidden"
    assert mine.case.status == "returned"


def test_who_has_a_page_of_cases_now(desk: Any, case_id: Any, step: Any) -> None:
    other = desk.start(desk.publish([step("a", DUTY)])).case_id
    desk.act("approve", other, "duty1")
    third = desk.start(desk.publish([step("a", {"rule": "starter"}, type="handle")])).case_id
    found = workflow.open_tasks(desk.session, [case_id, other, third])
    assert {key: [task.assignee_name for task in tasks] for key, tasks in found.items()} == {
        case_id: ["duty1", "duty2"],
        third: ["teacher"],
    }
    assert workflow.open_tasks(desk.session, []) == {}


def test_the_timeline_tells_who_did_what(desk: Any, case_id: Any) -> None:
    desk.act("approve", case_id, "duty1", comment="同意", fields={"amount": 4}, form_rev=1)
    start, approved, copied = workflow.timeline(desk.session, case_id)
    assert (start.action, start.actor_name, start.node) == ("start", "teacher", "@fill")
    assert (approved.step, approved.comment) == ("accept", "同意")
    assert approved.data == {"changed": {"amount": [3, 4]}}
    assert (copied.action, copied.actor_id, copied.data) == ("copy", None, {"people": ["it_head"]})
