"""What each act does, and who may do it when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tongban.toolkit import clock
from tongban_workflow import engine as workflow
from tongban_workflow.engine import (
    ActNotOffered,
    AlreadyDecided,
    BadRequestId,
    CaseNotFound,
    FieldsMissing,
    FormChanged,
    FormTooLarge,
    FormUnreadable,
    NobodyToAssign,
    NotAllowedNow,
    NotYours,
    OpinionRequired,
    OpinionTooLong,
    RequestReused,
    TaskNotFound,
)

DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}
HEAD = {"rule": "unit_head", "of": "starter"}
IT_HEAD = {"rule": "unit_head", "of": "owner"}


def handle(name: str, *who: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "handle",
        "name": name,
        "who": list(who),
        "on_empty": "admin",
        **more,
    }


def copy(name: str, *who: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": "cc", "name": name, "who": list(who)}


REPAIR = [
    {
        "id": "accept",
        "type": "approve",
        "name": "受理",
        "who": [DUTY],
        "on_empty": "admin",
        "fields": {"result": "hidden", "amount": "edit"},
    },
    handle("repair", DUTY, fields={"result": "required", "secret": "edit"}),
    copy("tell", IT_HEAD, {"rule": "starter"}),
]
FILL = {"fields": {"result": "hidden", "secret": "hidden", "amount": "edit"}}


@pytest.fixture
def repair(desk: Any) -> Any:
    return desk.publish(REPAIR, fill=FILL)


# --- the ordinary way ---------------------------------------------------------------------------


def test_a_case_goes_from_person_to_person_and_ends(desk: Any, repair: Any) -> None:
    """WF-5: apply, approve, handle, done; everybody's list shows what they did."""
    with clock.travel(to=datetime(2026, 9, 14, 1, 30, tzinfo=UTC)):
        started = desk.start(repair, kind="wifi", secret="不该收下", unknown="x")
    assert started.number.startswith("BX-20260914-")
    assert started.status == "running"
    assert desk.open(started.case_id) == ["duty1", "duty2"]

    approved = desk.act("approve", started.case_id, "duty2", comment="请尽快")
    assert approved.status == "running"
    assert desk.statuses(started.case_id) == {"duty1": "todo", "duty2": "todo"}

    done = desk.act(
        "handle_done",
        started.case_id,
        "duty1",
        fields={"result": "换了网线"},
        form_rev=desk.rev(started.case_id),
    )
    assert done.status == "done"
    assert desk.open(started.case_id) == []
    assert desk.actions(started.case_id) == ["start", "approve", "handle", "copy", "finish"]
    assert desk.statuses(started.case_id) == {
        "duty1": "done",
        "duty2": "skipped",
        "it_head": "unread",
        "teacher": "unread",
    }
    assert desk.form(started.case_id) == {
        "place": "A-03 402",
        "kind": "wifi",
        "result": "换了网线",
    }


def test_what_happened_is_handed_out_for_notifications(desk: Any, repair: Any) -> None:
    started = desk.start(repair, kind="wifi")
    kinds = [(h.kind, h.step, h.people) for h in started.happenings]
    people = desk.town
    assert kinds == [
        ("started", "填写申请", (people["teacher"].id,)),
        ("task_created", "受理", (people["duty1"].id, people["duty2"].id)),
    ]
    created = started.happenings[1]
    assert created.title == "A-03 402 无线"
    assert created.number == started.number
    assert created.tasks == (
        desk.task_of(started.case_id, "duty1"),
        desk.task_of(started.case_id, "duty2"),
    )

    approved = desk.act("approve", started.case_id, "duty1", comment="好")
    decided, given = approved.happenings
    assert (decided.kind, decided.outcome, decided.actor.name, decided.comment) == (
        "decided",
        "approve",
        "duty1",
        "好",
    )
    assert given.kind == "task_created"

    done = desk.act("handle_done", started.case_id, "duty1", fields={"result": "好"}, form_rev=1)
    assert [(h.kind, h.outcome) for h in done.happenings] == [
        ("decided", "handle"),
        ("copied", ""),
        ("finished", "done"),
    ]


def test_numbers_count_up_each_day_and_prefix(desk: Any, repair: Any) -> None:
    with clock.travel(to=datetime(2027, 3, 1, 18, 0, tzinfo=UTC)):  # 2 March on campus
        numbers = [desk.start(repair).number for _ in range(3)]
    assert numbers == ["BX-20270302-0001", "BX-20270302-0002", "BX-20270302-0003"]


def test_a_rejection_ends_the_case(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    rejected = desk.act("reject", case_id, "duty1", comment="不属于本中心")
    assert rejected.status == "rejected"
    assert desk.open(case_id) == []
    assert desk.statuses(case_id) == {"duty1": "done", "duty2": "skipped"}
    assert [h.kind for h in rejected.happenings] == ["decided", "finished"]
    assert desk.actions(case_id) == ["start", "reject", "finish"]


def test_a_returned_case_is_filled_in_again_and_walks_the_whole_flow(
    desk: Any, repair: Any
) -> None:
    """WF-5: 退回到发起人, then 重新提交."""
    case_id = desk.start(repair).case_id
    desk.act("approve", case_id, "duty1")
    with pytest.raises(ActNotOffered):
        desk.act("return_to_fill", case_id, "duty1")
    again = desk.start(repair).case_id
    returned = desk.act("return_to_fill", again, "duty2", comment="写清楚房间")
    assert returned.status == "returned"
    assert desk.open(again) == ["teacher"]
    assert returned.happenings[-1].kind == "returned"
    assert returned.happenings[-1].people == (desk.town["teacher"].id,)

    sent = desk.act("resubmit", again, "teacher", fields={"place": "B-01 201"}, form_rev=1)
    assert sent.status == "running"
    assert desk.open(again) == ["duty1", "duty2"]
    assert desk.form(again)["place"] == "B-01 201"
    assert desk.actions(again) == ["start", "return", "resubmit"]
    assert desk.events(again)[2].data == {"changed": {"place": ["A-03 402", "B-01 201"]}}
    view = workflow.read_case(desk.session, again, desk.town["teacher"].id)
    assert view.case.title == "B-01 201"
    assert view.case.round == 2


def test_a_handle_step_returns_where_the_flow_says_so(desk: Any) -> None:
    flow = desk.publish([handle("work", DUTY, actions={"return": ["@fill"]})])
    case_id = desk.start(flow).case_id
    assert desk.act("return_to_fill", case_id, "duty1").status == "returned"
    with pytest.raises(ActNotOffered):
        desk.act("reject", desk.start(flow).case_id, "duty1")


def test_the_starter_withdraws_and_sends_in_again(desk: Any, repair: Any) -> None:
    """WF-5: 撤回."""
    case_id = desk.start(repair).case_id
    withdrawn = desk.act("withdraw", case_id, "teacher")
    assert withdrawn.status == "withdrawn"
    assert desk.statuses(case_id) == {
        "duty1": "cancelled",
        "duty2": "cancelled",
        "teacher": "todo",
    }
    told = withdrawn.happenings[0]
    assert (told.kind, set(told.people)) == (
        "withdrawn",
        {desk.town["duty1"].id, desk.town["duty2"].id},
    )
    assert desk.act("resubmit", case_id, "teacher").status == "running"
    assert desk.open(case_id) == ["duty1", "duty2"]


def test_after_a_decision_only_the_policy_any_lets_the_starter_withdraw(
    desk: Any, repair: Any
) -> None:
    case_id = desk.start(repair).case_id
    desk.act("approve", case_id, "duty1")
    with pytest.raises(NotAllowedNow, match="已有人办理"):
        desk.act("withdraw", case_id, "teacher")

    lenient = desk.start(desk.publish(REPAIR, fill=FILL, withdraw="any")).case_id
    desk.act("approve", lenient, "duty1")
    assert desk.act("withdraw", lenient, "teacher").status == "withdrawn"

    strict = desk.start(desk.publish(REPAIR, fill=FILL, withdraw="never")).case_id
    with pytest.raises(NotAllowedNow, match="不能撤回"):
        desk.act("withdraw", strict, "teacher")


def test_decisions_before_a_return_do_not_forbid_withdrawing_later(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    desk.act("return_to_fill", case_id, "duty1")
    desk.act("resubmit", case_id, "teacher")
    assert desk.act("withdraw", case_id, "teacher").status == "withdrawn"


def test_the_starter_gives_up_a_case_that_is_back_with_him(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    with pytest.raises(NotAllowedNow):
        desk.act("cancel", case_id, "teacher")
    desk.act("withdraw", case_id, "teacher")
    assert desk.act("cancel", case_id, "teacher").status == "cancelled"
    assert desk.open(case_id) == []
    with pytest.raises(NotAllowedNow):
        desk.act("cancel", case_id, "teacher")


def test_the_form_is_kept_without_sending_it_in(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    desk.act("return_to_fill", case_id, "duty1")
    saved = desk.act("save", case_id, "teacher", fields={"place": "C"}, form_rev=1)
    assert saved.status == "returned"
    assert desk.open(case_id) == ["teacher"]
    assert (desk.form(case_id)["place"], desk.rev(case_id)) == ("C", 2)


def test_copies_are_read_by_their_own_people_only(desk: Any) -> None:
    flow = desk.publish([copy("tell", IT_HEAD), handle("work", DUTY)])
    case_id = desk.start(flow).case_id
    copied = desk.task_of(case_id, "it_head", "unread")
    todo = desk.task_of(case_id, "duty1")
    session, town = desk.session, desk.town
    assert workflow.mark_read(session, [copied, todo], town["duty1"]) == 0
    assert workflow.mark_read(session, [copied, todo], town["it_head"]) == 1
    assert workflow.mark_read(session, [copied], town["it_head"]) == 0
    assert workflow.mark_read(session, [], town["it_head"]) == 0
    assert desk.open(case_id) == ["duty1", "duty2"]


def test_somebody_with_an_unread_copy_gets_no_second_one(desk: Any) -> None:
    flow = desk.publish([copy("one", IT_HEAD), copy("two", IT_HEAD, DUTY)])
    started = desk.start(flow)
    assert started.status == "done"
    copied = [h.people for h in started.happenings if h.kind == "copied"]
    town = desk.town
    assert copied == [(town["it_head"].id,), (town["duty1"].id, town["duty2"].id)]


# --- conditions ---------------------------------------------------------------------------------


def branches(desk: Any) -> Any:
    return desk.publish(
        [
            {
                "id": "size",
                "type": "switch",
                "name": "金额",
                "branches": [
                    {
                        "name": "大额",
                        "if": "form.amount > 10000",
                        "flow": [handle("big", IT_HEAD)],
                    },
                    {
                        "name": "学生",
                        "if": "starter.kind == 'student'",
                        "flow": [handle("young", DUTY)],
                    },
                    {"name": "其他", "flow": []},
                ],
            },
            handle("last", {"rule": "starter"}),
        ]
    )


@pytest.mark.parametrize(
    ("who", "amount", "open_with", "branch"),
    [
        ("teacher", 10000.01, ["it_head"], "大额"),
        ("teacher", 10000, ["teacher"], "其他"),
        ("student", 5, ["duty1", "duty2"], "学生"),
        ("student", None, ["duty1", "duty2"], "学生"),
    ],
)
def test_the_first_branch_that_holds_is_taken_and_recorded(
    desk: Any, who: str, amount: float | None, open_with: list[str], branch: str
) -> None:
    case_id = desk.start(branches(desk), who, amount=amount).case_id
    assert desk.open(case_id) == open_with
    assert desk.events(case_id)[1].data["branch"] == branch


def test_every_branch_goes_on_behind_the_switch(desk: Any) -> None:
    case_id = desk.start(branches(desk), amount=20000).case_id
    desk.act("handle_done", case_id, "it_head")
    assert desk.open(case_id) == ["teacher"]
    assert desk.act("handle_done", case_id, "teacher").status == "done"


def test_a_condition_that_cannot_be_worked_out_does_not_hold_and_says_why(desk: Any) -> None:
    case_id = desk.start(branches(desk), amount="很多").case_id
    assert desk.events(case_id)[1].data == {
        "branch": "其他",
        "faults": ["大额：文字与数字不能用 > 比较"],
    }


# --- who is refused, and how --------------------------------------------------------------------


def test_only_the_assignee_decides(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    task = desk.task_of(case_id, "duty1")
    for act in ("approve", "reject", "return_to_fill"):
        with pytest.raises(NotYours):
            desk.act(act, case_id, "it_head", task=task)
    with pytest.raises(NotYours):
        desk.act("withdraw", case_id, "duty1")
    desk.act("withdraw", case_id, "teacher")
    fill = desk.task_of(case_id, "teacher")
    for act in ("resubmit", "cancel"):
        with pytest.raises(NotYours):
            desk.act(act, case_id, "duty1", task=fill)


def test_acts_a_step_does_not_offer_are_refused(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    for act in ("handle_done", "resubmit"):
        with pytest.raises(ActNotOffered):
            desk.act(act, case_id, "duty1")
    desk.act("approve", case_id, "duty1")
    for act in ("approve", "reject", "return_to_fill"):
        with pytest.raises(ActNotOffered):
            desk.act(act, case_id, "duty1")
    quiet = desk.publish([{**REPAIR[0], "actions": {"reject": False, "return": []}}])
    case_id = desk.start(quiet).case_id
    for act in ("reject", "return_to_fill"):
        with pytest.raises(ActNotOffered):
            desk.act(act, case_id, "duty1")
    desk.act("withdraw", case_id, "teacher")
    with pytest.raises(ActNotOffered):
        desk.act("approve", case_id, "teacher")


def test_unknown_cases_and_tasks_are_not_found(desk: Any) -> None:
    nowhere = uuid4()
    with pytest.raises(TaskNotFound):
        desk.act("approve", nowhere, "duty1", task=nowhere)
    with pytest.raises(CaseNotFound):
        desk.act("withdraw", nowhere, "duty1")
    with pytest.raises(CaseNotFound):
        workflow.read_case(desk.session, nowhere, 1)


def test_the_slower_of_two_is_told_who_was_faster(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    late = desk.task_of(case_id, "duty2")
    with clock.travel(to=datetime(2026, 9, 14, 1, 30, tzinfo=UTC)):
        desk.act("approve", case_id, "duty1")
    with pytest.raises(AlreadyDecided) as caught:
        desk.act("reject", case_id, "duty2", task=late)
    error = caught.value
    assert (error.who, error.decision, error.status) == ("duty1", "approve", 409)
    assert error.when == datetime(2026, 9, 14, 1, 30, tzinfo=UTC)
    assert "duty1已同意" in str(error)


def test_a_task_of_a_withdrawn_case_says_so(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    late = desk.task_of(case_id, "duty1")
    desk.act("withdraw", case_id, "teacher")
    desk.act("resubmit", case_id, "teacher")
    with pytest.raises(AlreadyDecided) as caught:
        desk.act("approve", case_id, "duty1", task=late)
    assert caught.value.who == "teacher"
    assert desk.open(case_id) == ["duty1", "duty2"]


@pytest.mark.parametrize("act", ["approve", "reject", "return_to_fill"])
def test_a_double_click_gives_the_earlier_result(desk: Any, repair: Any, act: str) -> None:
    case_id = desk.start(repair).case_id
    task, request = desk.task_of(case_id, "duty1"), uuid4().hex
    first = desk.act(act, case_id, "duty1", task=task, request_id=request)
    second = desk.act(act, case_id, "duty1", task=task, request_id=request)
    assert (second.replayed, second.status, second.happenings) == (True, first.status, ())
    assert not first.replayed
    before = desk.actions(case_id)
    with pytest.raises(AlreadyDecided):
        desk.act(act, case_id, "duty1", task=task)
    assert desk.actions(case_id) == before


def test_a_double_click_of_the_starter_does_it_once(desk: Any, repair: Any) -> None:
    request = uuid4().hex
    first = desk.start(repair, request=request)
    again = desk.start(repair, request=request)
    assert (again.case_id, again.number, again.replayed) == (first.case_id, first.number, True)
    case_id, more = first.case_id, {"request_id": uuid4().hex}
    assert not desk.act("withdraw", case_id, "teacher", **more).replayed
    assert desk.act("withdraw", case_id, "teacher", **more).replayed
    task = desk.task_of(case_id, "teacher")
    save = {"request_id": uuid4().hex, "fields": {"place": "X"}, "form_rev": 1, "task": task}
    assert not desk.act("save", case_id, "teacher", **save).replayed
    assert desk.act("save", case_id, "teacher", **save).replayed
    send = {"request_id": uuid4().hex, "fields": {"place": "Y"}, "form_rev": 2, "task": task}
    assert not desk.act("resubmit", case_id, "teacher", **send).replayed
    assert desk.act("resubmit", case_id, "teacher", **send).replayed
    assert desk.actions(case_id) == ["start", "withdraw", "save", "resubmit"]


def test_two_starters_may_use_the_same_request_id(desk: Any, repair: Any) -> None:
    request = uuid4().hex
    assert desk.start(repair, "teacher", request=request).case_id != (
        desk.start(repair, "student", request=request).case_id
    )


def test_a_request_id_serves_one_act(desk: Any, repair: Any) -> None:
    request = uuid4().hex
    case_id = desk.start(repair, request=request).case_id
    task = desk.task_of(case_id, "duty1")
    with pytest.raises(RequestReused), desk.session.begin_nested():
        desk.act("approve", case_id, "duty1", task=task, request_id=request)
    assert desk.open(case_id) == ["duty1", "duty2"]


@pytest.mark.parametrize(
    "request_id", ["", "short", "x" * 65, "有中文有中文有中文", "a b c d e f", None]
)
def test_a_malformed_request_id_is_refused(desk: Any, repair: Any, request_id: Any) -> None:
    case_id = desk.start(repair).case_id
    with pytest.raises(BadRequestId):
        desk.act("approve", case_id, "duty1", request_id=request_id)


# --- the form -----------------------------------------------------------------------------------


def test_a_step_changes_only_the_fields_it_may_edit(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair, amount=5).case_id
    fields = {"amount": 7, "place": "别处", "secret": "x", "nonsense": 1}
    desk.act("approve", case_id, "duty1", fields=fields, form_rev=1)
    assert desk.form(case_id) == {"place": "A-03 402", "amount": 7}
    assert desk.events(case_id)[1].data == {"changed": {"amount": [5, 7]}}


def test_a_field_is_emptied_with_none(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair, amount=5).case_id
    desk.act("approve", case_id, "duty1", fields={"amount": None}, form_rev=1)
    assert "amount" not in desk.form(case_id)


def test_a_stale_form_is_refused(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair, amount=5).case_id
    desk.act("approve", case_id, "duty1", fields={"amount": 6}, form_rev=1)
    for rev in (1, None, 3):
        with pytest.raises(FormChanged):
            desk.act("handle_done", case_id, "duty1", fields={"result": "x"}, form_rev=rev)


def test_required_fields_of_a_step_must_be_filled_in_by_then(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    desk.act("approve", case_id, "duty1")
    for fields in (None, {}, {"result": ""}, {"result": None}):
        with pytest.raises(FieldsMissing) as caught:
            desk.act("handle_done", case_id, "duty1", fields=fields, form_rev=1)
        assert caught.value.fields == ("result",)
    assert desk.open(case_id) == ["duty1", "duty2"]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("x" * 600_000, FormTooLarge),
        ("a\x00b", FormUnreadable),
        ("\ud800", FormUnreadable),
        (float("nan"), FormUnreadable),
        (object(), FormUnreadable),
    ],
)
def test_what_cannot_be_stored_is_refused(
    desk: Any, repair: Any, value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.start(repair, place=value)
    case_id = desk.start(repair).case_id
    with pytest.raises(error):
        desk.act("approve", case_id, "duty1", fields={"amount": value}, form_rev=1)


def test_an_opinion_is_required_to_refuse_and_is_not_endless(desk: Any, repair: Any) -> None:
    case_id = desk.start(repair).case_id
    for act in ("reject", "return_to_fill"):
        for opinion in ("", "  \n", "\x00"):
            with pytest.raises(OpinionRequired):
                desk.act(act, case_id, "duty1", comment=opinion)
    with pytest.raises(OpinionTooLong):
        desk.act("approve", case_id, "duty1", comment="长" * 1001)
    desk.act("approve", case_id, "duty1", comment=" 同\x00意\ud800\n第二行 ")
    assert desk.events(case_id)[1].comment == "同意\n第二行"


# --- where a case cannot go on ------------------------------------------------------------------


def test_when_nobody_is_found_the_act_is_refused_and_nothing_is_stored(desk: Any) -> None:
    nobody = {"rule": "role", "role": "no_such_role", "unit": "owner"}
    flow = desk.publish([handle("first", DUTY), handle("second", nobody, on_empty="person:9")])
    case_id = desk.start(flow).case_id
    with pytest.raises(NobodyToAssign) as caught:
        desk.act("handle_done", case_id, "duty1")
    assert caught.value.step == "second"
    assert desk.open(case_id) == ["duty1", "duty2"]
    assert desk.actions(case_id) == ["start"]


def test_a_retired_flow_starts_nothing_but_its_cases_run_on(desk: Any, repair: Any) -> None:
    from tongban_workflow.definitions import load, retire

    case_id = desk.start(repair).case_id
    retire(desk.session, load(desk.session, repair).item_id)
    with pytest.raises(NotAllowedNow, match="流程已更新"):
        desk.start(repair)
    assert desk.act("approve", case_id, "duty1").status == "running"


def test_somebody_who_left_starts_nothing(desk: Any, repair: Any) -> None:
    with pytest.raises(NotAllowedNow, match="不在校"):
        desk.start(repair, "gone")


def test_a_case_whose_starter_left_cannot_be_returned_but_rejected(desk: Any, repair: Any) -> None:
    from tongban.toolkit import Person

    case_id = desk.start(repair, "loner").case_id
    desk.session.get_one(Person, desk.town["loner"].id).status = "left"
    desk.session.flush()
    with pytest.raises(NobodyToAssign):
        desk.act("return_to_fill", case_id, "duty1")
    assert desk.act("reject", case_id, "duty1").status == "rejected"
