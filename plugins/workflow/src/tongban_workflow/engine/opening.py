"""Beginning a command: lock the case, then read what the command needs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tongban_workflow.definitions import load
from tongban_workflow.engine.errors import CaseNotFound, TaskNotFound
from tongban_workflow.engine.happenings import Actor
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState, case_state
from tongban_workflow.engine.statements import LOCK_CASE, LOCK_CASE_OF_TASK, SNAPSHOT


def open_case(session: Session, case_id: UUID, actor: Actor, request_id: str) -> Run:
    """Lock a case and return a command on it. Raises CaseNotFound."""
    row = session.connection().execute(LOCK_CASE, {"of_case": case_id}).first()
    if row is None:
        raise CaseNotFound
    return _run(session, row, None, actor, request_id)


def open_task(session: Session, task_id: UUID, actor: Actor, request_id: str) -> Run:
    """Lock the case of a task and return a command on it. Raises TaskNotFound."""
    row = session.connection().execute(LOCK_CASE_OF_TASK, {"of_task": task_id}).first()
    if row is None:
        raise TaskNotFound
    return _run(session, row, task_id, actor, request_id)


def _run(
    session: Session,
    row: Row[*tuple[Any, ...]],
    task_id: UUID | None,
    actor: Actor,
    request: str,
) -> Run:
    case = case_state(row)
    snapshot = session.connection().execute(
        SNAPSHOT, {"of_case": case.id, "of_round": case.round, "of_task": task_id}
    )
    tasks = [TaskState(*found) for found in snapshot]
    return Run(session, case, load(session, case.definition_id), actor, request, tasks)
