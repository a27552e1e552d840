"""Ending a command: everything it decided is written in a fixed handful of statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from tongban.toolkit import mark_changed
from tongban_workflow.engine.errors import BrokenEngine, RequestReused
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState, VisitState, columns
from tongban_workflow.engine.statements import (
    INSERT_EVENTS,
    INSERT_TASKS,
    SAVE_VISITS,
    UPDATE_CASE,
)

_UPDATED = (
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


def write(run: Run) -> None:
    """Write what the command changed. Raises RequestReused if its request id was used before."""
    mark_changed(run.session)
    if run.case_changed:
        run.connection.execute(UPDATE_CASE, _case_params(run))
    _write_events(run)
    for closing in run.closings:
        changed = run.connection.execute(closing.statement, closing.params).rowcount
        if changed != closing.expected:
            raise BrokenEngine(f"{changed} tasks closed instead of {closing.expected}")
    if run.visits:
        save = SAVE_VISITS[run.connection.dialect.name]
        run.connection.execute(save, [_visit_row(run, one) for one in run.visits.values()])
    if run.new_tasks:
        run.connection.execute(INSERT_TASKS, [_task_row(run, task) for task in run.new_tasks])


def _case_params(run: Run) -> dict[str, Any]:
    params = {f"to_{name}": getattr(run.case, name) for name in _UPDATED}
    params["of_case"] = run.case.id
    return params


def _write_events(run: Run) -> None:
    rows = [
        {**event._asdict(), "case_id": run.case.id, "created_at": run.now} for event in run.events
    ]
    try:
        run.connection.execute(INSERT_EVENTS, rows)
    except IntegrityError as error:
        raise RequestReused from error


def _visit_row(run: Run, visit: VisitState) -> dict[str, Any]:
    return {
        "id": visit.id,
        "case_id": run.case.id,
        "node": visit.node,
        "round": visit.round,
        "status": visit.status,
        "created_at": run.now,
        "ended_at": None if visit.status == "active" else run.now,
    }


def _task_row(run: Run, task: TaskState) -> dict[str, Any]:
    case = run.case
    return {
        **columns(task),
        "case_id": case.id,
        "created_at": run.now,
        "due_at": case.due_at,
        "number": case.number,
        "title": case.title,
        "item_id": case.item_id,
        "service_name": case.service_name,
        "starter_id": case.starter_id,
        "starter_name": case.starter_name,
        "starter_unit": case.starter_unit,
        "owner_unit_id": case.owner_unit_id,
    }
