"""The engine's statements, built once. Statuses are literals so that partial indexes apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Insert,
    String,
    Table,
    Uuid,
    bindparam,
    case,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from tongban.toolkit import OrgUnit, Person, UtcDateTime
from tongban_workflow.models import (
    Case,
    Event,
    FlowDefinition,
    NumberCounter,
    Task,
    Visit,
)

cases = cast(Table, Case.__table__)
visits = cast(Table, Visit.__table__)
tasks = cast(Table, Task.__table__)
events = cast(Table, Event.__table__)
counters = cast(Table, NumberCounter.__table__)

ByDialect = Mapping[str, Insert]


def _word(text: str) -> Any:
    return literal_column(f"'{text}'", String)


_todo = tasks.c.status == _word("todo")

CASE_COLUMNS = (
    cases.c.id,
    cases.c.number,
    cases.c.definition_id,
    cases.c.item_id,
    cases.c.service_name,
    cases.c.title,
    cases.c.starter_id,
    cases.c.starter_name,
    cases.c.starter_unit_id,
    cases.c.starter_unit,
    cases.c.starter_facts,
    cases.c.owner_unit_id,
    cases.c.status,
    cases.c.round,
    cases.c.form,
    cases.c.form_rev,
    cases.c.created_at,
    cases.c.due_at,
    cases.c.finished_at,
)

# The lock must be a statement of its own: in READ COMMITTED a waiter re-reads only the rows it
# waited for, anything joined to them would be stale.
LOCK_CASE = select(*CASE_COLUMNS).where(cases.c.id == bindparam("of_case")).with_for_update()

# A task never changes its case, so looking that up inside the lock is safe.
LOCK_CASE_OF_TASK = (
    select(*CASE_COLUMNS)
    .where(
        cases.c.id
        == select(tasks.c.case_id).where(tasks.c.id == bindparam("of_task")).scalar_subquery()
    )
    .with_for_update()
)

TASK_COLUMNS = (
    tasks.c.id,
    tasks.c.visit_id,
    tasks.c.node,
    tasks.c.round,
    tasks.c.kind,
    tasks.c.assignee_id,
    tasks.c.assignee_name,
    tasks.c.status,
    tasks.c.decision,
    tasks.c.step,
    tasks.c.done_at,
)

# Everything of the round, whatever is open, and the task asked for: one read serves every rule.
SNAPSHOT = (
    select(*TASK_COLUMNS)
    .where(
        tasks.c.case_id == bindparam("of_case"),
        or_(
            tasks.c.round == bindparam("of_round"),
            _todo,
            tasks.c.status == _word("unread"),
            tasks.c.id == bindparam("of_task", type_=Uuid),
        ),
    )
    .order_by(tasks.c.id)
)

EVENT_BY_REQUEST = select(events.c.action, events.c.actor_id, events.c.task_id).where(
    events.c.case_id == bindparam("of_case"), events.c.request_id == bindparam("of_request")
)

DECIDED_IN_VISIT = (
    select(tasks.c.assignee_name, tasks.c.done_at, tasks.c.decision)
    .where(
        tasks.c.case_id == bindparam("of_case"),
        tasks.c.visit_id == bindparam("of_visit"),
        tasks.c.status == _word("done"),
    )
    .order_by(tasks.c.done_at.desc())
    .limit(1)
)

LAST_ACT = (
    select(events.c.actor_name, events.c.created_at, events.c.action)
    .where(events.c.case_id == bindparam("of_case"), events.c.request_id.is_not(None))
    .order_by(events.c.id.desc())
    .limit(1)
)

_is_mine = tasks.c.id == bindparam("of_task", type_=Uuid)

# The first decision of 或签: mine is done, everybody else's of this visit is closed with it.
DECIDE_FIRST = (
    update(tasks)
    .where(
        tasks.c.case_id == bindparam("of_case"), tasks.c.visit_id == bindparam("of_visit"), _todo
    )
    .values(
        status=case((_is_mine, _word("done")), else_=_word("skipped")),
        decision=case((_is_mine, bindparam("to_decision", type_=String)), else_=null()),
        done_at=bindparam("at", type_=UtcDateTime),
    )
)

CANCEL_OPEN = (
    update(tasks)
    .where(tasks.c.case_id == bindparam("of_case"), _todo)
    .values(status=_word("cancelled"), done_at=bindparam("at", type_=UtcDateTime))
)

MARK_READ = (
    update(tasks)
    .where(
        tasks.c.id.in_(bindparam("of_tasks", expanding=True)),
        tasks.c.assignee_id == bindparam("of_person"),
        tasks.c.status == _word("unread"),
    )
    .values(status=_word("read"), done_at=bindparam("at", type_=UtcDateTime))
)

UPDATE_CASE = (
    update(cases)
    .where(cases.c.id == bindparam("of_case"))
    .values(
        {
            name: bindparam(f"to_{name}", type_=cases.c[name].type)
            for name in (
                "title",
                "starter_unit_id",
                "starter_unit",
                "starter_facts",
                "status",
                "round",
                "form",
                "form_rev",
                "finished_at",
            )
        }
    )
)

INSERT_TASKS = insert(tasks)
INSERT_EVENTS = insert(events)

STARTER = (
    select(
        Person.kind,
        Person.number,
        Person.grade,
        Person.status,
        Person.unit_id,
        OrgUnit.code.label("unit_code"),
        OrgUnit.name.label("unit_name"),
        select(FlowDefinition.status)
        .where(FlowDefinition.id == bindparam("of_definition"))
        .scalar_subquery()
        .label("definition_status"),
    )
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .where(Person.id == bindparam("of_person", type_=BigInteger))
)

STARTED_BEFORE = select(cases.c.id, cases.c.number, cases.c.status).where(
    cases.c.starter_id == bindparam("of_starter"),
    cases.c.start_request == bindparam("of_request"),
)


def _save_visits(into: Any) -> Insert:
    """New visits and ends of earlier ones in one statement."""
    statement = into(visits)
    return cast(
        Insert,
        statement.on_conflict_do_update(
            index_elements=[visits.c.id],
            set_={
                "status": statement.excluded.status,
                "ended_at": statement.excluded.ended_at,
            },
        ),
    )


def _next_number(into: Any) -> Insert:
    statement = into(counters).values(last=1)
    counted = statement.on_conflict_do_update(
        index_elements=[counters.c.prefix, counters.c.day],
        set_={"last": counters.c.last + 1},
    )
    return cast(Insert, counted.returning(counters.c.last))


def _insert_case(into: Any) -> Insert:
    """Does nothing when the same person's same request was first: a double click."""
    return cast(
        Insert,
        into(cases).on_conflict_do_nothing(
            index_elements=[cases.c.starter_id, cases.c.start_request]
        ),
    )


def _both(build: Any) -> ByDialect:
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


SAVE_VISITS = _both(_save_visits)
NEXT_NUMBER = _both(_next_number)
INSERT_CASE = _both(_insert_case)
