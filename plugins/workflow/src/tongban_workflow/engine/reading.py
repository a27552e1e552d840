"""Reading cases for pages: plain values, and what the person may see and do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban_workflow.definitions import EDITABLE, FILL, CompiledFlow, load
from tongban_workflow.engine.errors import CaseNotFound, NotAllowedNow
from tongban_workflow.engine.offering import ACTS, may_withdraw, task_acts
from tongban_workflow.engine.state import CaseState, TaskState, case_state
from tongban_workflow.engine.statements import CASE_COLUMNS, TASK_COLUMNS, cases, events, tasks


class TaskFacts(NamedTuple):
    """A task as pages show it."""

    id: UUID
    node: str
    step: str
    kind: str
    status: str
    assignee_id: int
    assignee_name: str


class EventFacts(NamedTuple):
    """One line of the timeline; `actor_id` None for what the system did."""

    id: int
    action: str
    node: str
    step: str
    actor_id: int | None
    actor_name: str
    comment: str
    data: dict[str, Any]
    created_at: datetime


class CaseView(NamedTuple):
    """A case as one person sees it.

    `part`: starter, assignee, copied, or "" for somebody the case does not concern. `task`: the
    person's open task or unread copy. `rights`: field to hidden, read, edit or required.
    """

    case: CaseState
    part: str
    task: TaskFacts | None
    acts: tuple[str, ...]
    rights: dict[str, str]


_CASE = select(*CASE_COLUMNS).where(cases.c.id == bindparam("of_case"))
_TASKS = select(*TASK_COLUMNS).where(tasks.c.case_id == bindparam("of_case")).order_by(tasks.c.id)
_OPEN = (
    select(
        tasks.c.case_id,
        tasks.c.id,
        tasks.c.node,
        tasks.c.step,
        tasks.c.kind,
        tasks.c.status,
        tasks.c.assignee_id,
        tasks.c.assignee_name,
    )
    .where(tasks.c.case_id.in_(bindparam("of_cases", expanding=True)), tasks.c.status == "todo")
    .order_by(tasks.c.id)
)
_TIMELINE = (
    select(
        events.c.id,
        events.c.action,
        events.c.node,
        events.c.step,
        events.c.actor_id,
        events.c.actor_name,
        events.c.comment,
        events.c.data,
        events.c.created_at,
    )
    .where(events.c.case_id == bindparam("of_case"))
    .order_by(events.c.id)
)


def read_case(session: Session, case_id: UUID, person_id: int) -> CaseView:
    """Return the case as this person sees it. Raises CaseNotFound.

    Whether somebody it does not concern may see it is the caller's to decide.
    """
    row = session.connection().execute(_CASE, {"of_case": case_id}).first()
    if row is None:
        raise CaseNotFound
    case = case_state(row)
    found = session.connection().execute(_TASKS, {"of_case": case_id})
    return view_case(
        case, load(session, case.definition_id).flow, [TaskState(*one) for one in found], person_id
    )


def view_case(
    case: CaseState, flow: CompiledFlow, every_task: Sequence[TaskState], person_id: int
) -> CaseView:
    """Work out a person's part, acts and rights from the case and all its tasks."""
    own = [task for task in every_task if task.assignee_id == person_id]
    current = _current(own)
    acts = task_acts(flow, current) if current else set()
    is_starter = case.starter_id == person_id
    if is_starter and _can_withdraw(flow, case, every_task):
        acts.add("withdraw")
    return CaseView(
        case=case,
        part=_part(own, is_starter=is_starter),
        task=_facts(current) if current else None,
        acts=tuple(act for act in ACTS if act in acts),
        rights=_rights(flow, own, current, is_starter=is_starter),
    )


def _current(own: Iterable[TaskState]) -> TaskState | None:
    open_ones = [task for task in own if task.status in ("todo", "unread")]
    return min(open_ones, key=lambda task: (task.status != "todo", task.id), default=None)


def _can_withdraw(flow: CompiledFlow, case: CaseState, every_task: Sequence[TaskState]) -> bool:
    try:
        may_withdraw(flow, case.status, case.round, every_task)
    except NotAllowedNow:
        return False
    return True


def _part(own: Sequence[TaskState], *, is_starter: bool) -> str:
    if is_starter:
        return "starter"
    if any(task.kind != "cc" for task in own):
        return "assignee"
    return "copied" if own else ""


def _rights(
    flow: CompiledFlow, own: Sequence[TaskState], current: TaskState | None, *, is_starter: bool
) -> dict[str, str]:
    """Return the rights of the open step, else the most that any of the person's steps shows."""
    if current is not None and current.status == "todo":
        return dict(flow.rights(current.node))
    steps = {task.node for task in own} | ({FILL} if is_starter else set())
    if not steps:
        return _outsider_rights(flow)
    seen = {
        field for step in steps for field, right in flow.rights(step).items() if right != "hidden"
    }
    return {field: "read" if field in seen else "hidden" for field in flow.rights(FILL)}


def _outsider_rights(flow: CompiledFlow) -> dict[str, str]:
    """Somebody at no step sees what no step hides."""
    hidden = {
        field
        for step in (FILL, *flow.order)
        for field, right in flow.rights(step).items()
        if right == "hidden"
    }
    return {field: "hidden" if field in hidden else "read" for field in flow.rights(FILL)}


def fill_rights(flow: CompiledFlow) -> dict[str, str]:
    """Return the starter's rights on the form when filling it in."""
    return dict(flow.rights(FILL))


def editable_fields(rights: dict[str, str]) -> frozenset[str]:
    """Return the fields that may be changed."""
    return frozenset(field for field, right in rights.items() if right in EDITABLE)


def open_tasks(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, list[TaskFacts]]:
    """Return who has each of these cases now, in one statement."""
    found: dict[UUID, list[TaskFacts]] = defaultdict(list)
    for row in session.connection().execute(_OPEN, {"of_cases": list(case_ids)}):
        found[row[0]].append(TaskFacts(*row[1:]))
    return dict(found)


def timeline(session: Session, case_id: UUID) -> list[EventFacts]:
    """Return what happened in a case, oldest first."""
    return [
        EventFacts(*row) for row in session.connection().execute(_TIMELINE, {"of_case": case_id})
    ]


def _facts(task: TaskState) -> TaskFacts:
    return TaskFacts(
        task.id,
        task.node,
        task.step,
        task.kind,
        task.status,
        task.assignee_id,
        task.assignee_name,
    )
