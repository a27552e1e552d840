"""The hot path costs a fixed handful of statements."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from tongban.testing.statements import StatementCounter

DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}


@pytest.fixture
def counter(database: Engine) -> StatementCounter:
    return StatementCounter(database)


def test_an_approval_takes_at_most_eight_statements(
    desk: Any, step: Any, counter: StatementCounter
) -> None:
    flow = desk.publish(
        [
            step("a", DUTY, fields={"amount": "edit"}),
            step("b", DUTY, same_person="adjacent", fields={"amount": "edit"}),
            step("c", {"rule": "unit_head", "level": 2}),
        ]
    )
    case_id = desk.start(flow, amount=1).case_id
    task = desk.task_of(case_id, "duty1")
    with counter.counted() as seen:
        desk.act("approve", case_id, "duty1", task=task)
    assert desk.open(case_id) == ["rsc_head"]
    assert seen.number <= 8  # with a second step passed on the way: two look-ups of people

    other = desk.start(flow, amount=1).case_id
    desk.act("return_to_fill", other, "duty1")
    desk.act("resubmit", other, "teacher")
    plain = desk.start(desk.publish([step("a", DUTY, fields={"amount": "edit"}), step("b", DUTY)]))
    task = desk.task_of(plain.case_id, "duty1")
    with counter.counted() as seen:
        desk.act("approve", plain.case_id, "duty1", task=task, fields={"amount": 9}, form_rev=1)
    assert desk.open(plain.case_id) == ["duty1", "duty2"]
    assert seen.number <= 8  # with the form changed

    task = desk.task_of(plain.case_id, "duty2")
    with counter.counted() as seen:
        desk.act("approve", plain.case_id, "duty2", task=task)
    assert seen.number <= 6  # the last step: nobody to look up


def test_the_cost_does_not_grow_with_the_people_or_the_history(
    desk: Any, step: Any, counter: StatementCounter
) -> None:
    flow = desk.publish([step("a", DUTY), step("b", DUTY)])
    case_id = desk.start(flow).case_id
    for _ in range(5):
        desk.act("return_to_fill", case_id, "duty1")
        desk.act("resubmit", case_id, "teacher")
    task = desk.task_of(case_id, "duty1")
    with counter.counted() as seen:
        desk.act("approve", case_id, "duty1", task=task)
    assert seen.number <= 7


def test_a_start_and_a_refusal_are_cheap_too(
    desk: Any, step: Any, counter: StatementCounter
) -> None:
    flow = desk.publish([step("a", DUTY)])
    desk.start(flow)
    with counter.counted() as seen:
        case_id = desk.start(flow).case_id
    assert seen.number <= 8
    task, request = desk.task_of(case_id, "duty1"), uuid4().hex
    desk.act("approve", case_id, "duty1", task=task, request_id=request)
    with counter.counted() as seen:
        assert desk.act("approve", case_id, "duty1", task=task, request_id=request).replayed
    assert seen.number <= 4


def test_the_lock_is_a_statement_of_its_own(
    desk: Any, step: Any, counter: StatementCounter
) -> None:
    """Anything joined to a locked row is stale for a waiter in READ COMMITTED."""
    case_id = desk.start(desk.publish([step("a", DUTY)])).case_id
    task = desk.task_of(case_id, "duty1")
    with counter.counted() as seen:
        desk.act("approve", case_id, "duty1", task=task)
    first = seen.texts[0]
    assert "workflow_case" in first
    assert "JOIN" not in first
    if desk.session.get_bind().dialect.name == "postgresql":
        assert first.rstrip().endswith("FOR UPDATE")
        assert sum("FOR UPDATE" in text for text in seen.texts) == 1
