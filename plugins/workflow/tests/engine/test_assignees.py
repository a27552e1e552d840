"""Who gets a step: rules over the org tree, and the policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tongban.toolkit import Grant, Person, clock
from tongban_workflow.engine import NobodyToAssign

DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}
NOBODY = {"rule": "unit_head", "of": "kyc"}


def open_with(desk: Any, step: Any, *who: Any, starter: str = "teacher", **more: Any) -> list[str]:
    form = more.pop("form", {})
    case_id = desk.start(desk.publish([step("a", *who, **more)]), starter, **form).case_id
    return list(desk.open(case_id))


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        ({"rule": "role", "role": "it_duty", "unit": "owner"}, ["duty1", "duty2"]),
        ({"rule": "role", "role": "it_duty", "unit": "xxhglzx"}, ["duty1", "duty2"]),
        ({"rule": "role", "role": "operator", "unit": "szk"}, ["operator"]),
        ({"rule": "role", "role": "reader", "unit": "ayit"}, ["loner"]),
        ({"rule": "unit_head"}, ["szk_head"]),
        ({"rule": "unit_head", "of": "starter", "level": 2}, ["rsc_head"]),
        ({"rule": "unit_head", "of": "starter", "level": 3}, ["president"]),
        ({"rule": "unit_head", "of": "owner"}, ["it_head"]),
        ({"rule": "unit_head", "of": "rsc", "rank": "deputy"}, ["rsc_deputy"]),
        ({"rule": "unit_head", "of": "rsc", "rank": "any"}, ["rsc_head", "rsc_deputy"]),
        ({"rule": "position", "name": "网络运维岗", "unit": "owner"}, ["duty2"]),
        ({"rule": "position", "name": "科长", "unit": "starter"}, ["szk_head"]),
        ({"rule": "form_person", "field": "driver"}, ["driver"]),
    ],
)
def test_a_rule_finds_its_people(
    desk: Any, step: Any, rule: dict[str, Any], people: list[str]
) -> None:
    number = desk.session.get_one(Person, desk.town["driver"].id).number
    assert open_with(desk, step, rule, form={"driver": number}) == people


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "role", "role": "it_duty", "unit": "rsc"},
        {"rule": "role", "role": "reader", "unit": "owner"},
        {"rule": "role", "role": "no_such", "unit": "owner"},
        {"rule": "unit_head", "of": "kyc"},
        {"rule": "unit_head", "of": "no-such-unit"},
        {"rule": "unit_head", "of": "starter", "level": 9},
        {"rule": "unit_head", "of": "owner", "rank": "deputy"},
        {"rule": "position", "name": "前科长", "unit": "szk"},
        {"rule": "position", "name": "科长", "unit": "rsc"},
        {"rule": "person", "numbers": ["nobody"]},
        {"rule": "form_person", "field": "driver"},
    ],
)
def test_where_a_rule_finds_nobody_the_admin_of_the_owner_gets_it(
    desk: Any, step: Any, rule: dict[str, Any]
) -> None:
    assert open_with(desk, step, rule) == ["it_admin"]


def test_people_who_left_are_never_found(desk: Any, step: Any) -> None:
    number = desk.session.get_one(Person, desk.town["gone"].id).number
    named = {"rule": "person", "numbers": [number]}
    chosen = {"rule": "form_person", "field": "driver"}
    assert open_with(desk, step, named, chosen, form={"driver": number}) == ["it_admin"]
    assert open_with(desk, step, DUTY) == ["duty1", "duty2"]


def test_people_named_by_number_keep_their_order(desk: Any, step: Any) -> None:
    numbers = [
        desk.session.get_one(Person, desk.town[name].id).number for name in ("duty2", "driver")
    ]
    assert open_with(desk, step, {"rule": "person", "numbers": numbers}) == ["duty2", "driver"]


def test_several_rules_add_up_and_nobody_comes_twice(desk: Any, step: Any) -> None:
    head = {"rule": "unit_head", "of": "owner"}
    post = {"rule": "position", "name": "网络运维岗", "unit": "owner"}
    assert open_with(desk, step, head, post, DUTY) == ["it_head", "duty2", "duty1"]


@pytest.mark.parametrize("value", [None, True, -1, 2**70, "", "'; --", {"a": 1}, ["x", 0, None]])
def test_what_is_no_person_in_the_form_is_nobody(desk: Any, step: Any, value: object) -> None:
    rule = {"rule": "form_person", "field": "driver"}
    assert open_with(desk, step, rule, form={"driver": value}) == ["it_admin"]


def test_a_person_in_the_form_may_be_given_by_id_and_several(desk: Any, step: Any) -> None:
    rule = {"rule": "form_person", "field": "driver"}
    ids = [desk.town["driver"].id, desk.town["duty1"].id]
    assert open_with(desk, step, rule, form={"driver": ids[0]}) == ["driver"]
    assert open_with(desk, step, rule, form={"driver": ids}) == ["driver", "duty1"]


def test_a_revoked_or_ended_grant_gives_nothing(desk: Any, step: Any) -> None:
    duty1 = Grant.person_id == desk.town["duty1"].id
    past = clock.now() - timedelta(minutes=1)
    desk.session.execute(update(Grant).where(duty1).values(ends_at=past))
    assert open_with(desk, step, DUTY) == ["duty2"]
    desk.session.execute(update(Grant).where(duty1).values(ends_at=None, revoked_at=past))
    assert open_with(desk, step, DUTY) == ["duty2"]


def test_posts_count_from_their_first_to_their_last_day(desk: Any, step: Any) -> None:
    with clock.travel(to=datetime(2021, 1, 1, 10, 0, tzinfo=UTC)):
        assert open_with(desk, step, {"rule": "unit_head"}, starter="rsc_head") == ["president"]
        post = {"rule": "position", "name": "前科长", "unit": "szk"}
        assert open_with(desk, step, post, starter="student") == ["teacher"]
    with clock.travel(to=datetime(2021, 1, 1, 16, 1, tzinfo=UTC)):  # the next day on campus
        assert open_with(desk, step, post, starter="student") == ["it_admin"]


# --- nobody found -------------------------------------------------------------------------------


def test_the_next_head_above_stands_in(desk: Any, step: Any) -> None:
    assert open_with(desk, step, NOBODY, on_empty="parent_head") == ["president"]
    empty = {"rule": "position", "name": "x", "unit": "szk"}
    assert open_with(desk, step, empty, on_empty="parent_head") == ["szk_head"]


def test_a_named_person_stands_in(desk: Any, step: Any) -> None:
    number = desk.session.get_one(Person, desk.town["driver"].id).number
    assert open_with(desk, step, NOBODY, on_empty=f"person:{number}") == ["driver"]


def test_the_operator_stands_in_where_a_unit_has_no_admin(desk: Any, step: Any) -> None:
    desk.session.execute(
        update(Grant)
        .where(Grant.person_id == desk.town["it_admin"].id)
        .values(revoked_at=clock.now())
    )
    assert open_with(desk, step, NOBODY) == ["operator"]
    desk.session.execute(
        update(Grant)
        .where(Grant.person_id == desk.town["operator"].id)
        .values(revoked_at=clock.now())
    )
    with pytest.raises(NobodyToAssign):
        open_with(desk, step, NOBODY)


def test_a_step_may_pass_when_nobody_is_found(desk: Any, step: Any) -> None:
    flow = desk.publish([step("a", NOBODY, on_empty="pass"), step("b", DUTY)])
    case_id = desk.start(flow).case_id
    assert desk.open(case_id) == ["duty1", "duty2"]
    assert desk.actions(case_id) == ["start", "pass"]
    alone = desk.start(desk.publish([step("a", NOBODY, on_empty="pass")]))
    assert alone.status == "done"


# --- the starter and the same person again --------------------------------------------------------


def test_the_starter_does_not_approve_the_own_case(desk: Any, step: Any) -> None:
    """WF-3: policies for the applicant himself; the default is the own leader."""
    head = {"rule": "unit_head"}
    assert open_with(desk, step, head, starter="szk_head") == ["rsc_head"]
    assert open_with(desk, step, DUTY, starter="duty1") == ["duty2"]
    assert open_with(desk, step, head, starter="president") == ["it_admin"]
    normal = open_with(desk, step, head, starter="szk_head", starter_is_approver="normal")
    assert normal == ["szk_head"]


def test_the_starter_may_approve_automatically(desk: Any, step: Any) -> None:
    flow = desk.publish(
        [step("a", {"rule": "unit_head"}, starter_is_approver="auto"), step("b", DUTY)]
    )
    case_id = desk.start(flow, "szk_head").case_id
    assert desk.actions(case_id) == ["start", "auto_approve"]
    assert desk.events(case_id)[1].data == {"why": "审批人是申请人本人", "who": "szk_head"}
    assert desk.statuses(case_id)["szk_head"] == "passed"
    assert desk.open(case_id) == ["duty1", "duty2"]


def test_the_stand_in_is_not_the_starter_either(desk: Any, step: Any) -> None:
    assert open_with(desk, step, NOBODY, starter="it_admin") == ["operator"]


def test_the_starter_handles_what_he_is_asked_to(desk: Any, step: Any) -> None:
    own = [step("a", {"rule": "starter"}, type="handle")]
    assert desk.open(desk.start(desk.publish(own)).case_id) == ["teacher"]


def chain(desk: Any, step: Any, *steps: tuple[str, str, str]) -> Any:
    """A flow of steps (type, role rule name, same_person)."""
    who = {"duty": DUTY, "it_head": {"rule": "unit_head", "of": "owner"}}
    return desk.publish(
        [
            step(f"s{number}", who[people], type=kind, same_person=same)
            if kind == "approve"
            else step(f"s{number}", who[people], type=kind)
            for number, (kind, people, same) in enumerate(steps)
        ]
    )


def test_whoever_approved_just_before_need_not_again(desk: Any, step: Any) -> None:
    flow = chain(desk, step, ("approve", "duty", "none"), *[("approve", "duty", "adjacent")] * 2)
    case_id = desk.start(flow).case_id
    assert desk.act("approve", case_id, "duty2").status == "done"
    assert desk.actions(case_id) == [
        "start", "approve", "auto_approve", "auto_approve", "finish"
    ]  # fmt: skip


def test_adjacent_looks_only_at_the_latest_act(desk: Any, step: Any) -> None:
    flow = chain(
        desk,
        step,
        ("approve", "duty", "none"),
        ("approve", "it_head", "none"),
        ("approve", "duty", "adjacent"),
        ("approve", "duty", "any"),
    )
    case_id = desk.start(flow).case_id
    desk.act("approve", case_id, "duty2")
    desk.act("approve", case_id, "it_head")
    assert desk.open(case_id) == ["duty1", "duty2"]
    assert desk.act("approve", case_id, "duty1").status == "done"


def test_work_in_between_ends_adjacency_but_not_any(desk: Any, step: Any) -> None:
    def after_work(same: str) -> str:
        last = ("approve", "duty", same)
        flow = chain(desk, step, ("approve", "duty", "none"), ("handle", "duty", ""), last)
        case_id = desk.start(flow).case_id
        desk.act("approve", case_id, "duty1")
        return str(desk.act("handle_done", case_id, "duty1").status)

    assert after_work("adjacent") == "running"
    assert after_work("any") == "done"


def test_approvals_before_a_return_do_not_count(desk: Any, step: Any) -> None:
    flow = chain(desk, step, ("approve", "duty", "none"), ("approve", "it_head", "any"),
                 ("approve", "duty", "any"))  # fmt: skip
    case_id = desk.start(flow).case_id
    desk.act("approve", case_id, "duty1")
    desk.act("return_to_fill", case_id, "it_head")
    desk.act("resubmit", case_id, "teacher")
    desk.act("approve", case_id, "duty2")
    desk.act("approve", case_id, "it_head")
    assert desk.statuses(case_id)["duty2"] == "passed"


def test_after_moving_the_resubmitted_case_goes_to_the_new_head(desk: Any, step: Any) -> None:
    flow = desk.publish([step("a", {"rule": "unit_head"})])
    case_id = desk.start(flow).case_id
    desk.act("return_to_fill", case_id, "szk_head")
    desk.session.get_one(Person, desk.town["teacher"].id).unit_id = desk.town.units["rsc"]
    desk.session.flush()
    desk.act("resubmit", case_id, "teacher")
    assert desk.open(case_id) == ["rsc_head"]
