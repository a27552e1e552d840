"""The rows of one case while a command works on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


@dataclass(slots=True)
class CaseState:
    """The case. Its fields are the columns of `workflow_case` in the order of the lock."""

    id: UUID
    number: str
    definition_id: UUID
    item_id: str
    service_name: str
    title: str
    starter_id: int
    starter_name: str
    starter_unit_id: int
    starter_unit: str
    starter_facts: dict[str, Any]
    owner_unit_id: int
    status: str
    round: int
    form: dict[str, Any]
    form_rev: int
    created_at: datetime
    due_at: datetime | None
    finished_at: datetime | None


def case_state(row: Any) -> CaseState:
    """Return the case of a row of CASE_COLUMNS."""
    return CaseState(*row)


@dataclass(slots=True)
class TaskState:
    """A task or copy. Its fields are the columns of the snapshot, in its order."""

    id: UUID
    visit_id: UUID
    node: str
    round: int
    kind: str
    assignee_id: int
    assignee_name: str
    status: str
    decision: str | None
    step: str
    done_at: datetime | None


def columns(state: CaseState | TaskState) -> dict[str, Any]:
    """Return the state's values by column. (`asdict` would copy the whole form.)"""
    return {name: getattr(state, name) for name in state.__slots__}


class VisitState(NamedTuple):
    """A visit as it will be after the command."""

    id: UUID
    node: str
    round: int
    status: str


class Consequence(NamedTuple):
    """An event to be written; `request_id` None for what the system did by itself."""

    request_id: str | None
    actor_id: int | None
    actor_name: str
    action: str
    node: str
    step: str
    task_id: UUID | None
    comment: str
    data: dict[str, Any]
