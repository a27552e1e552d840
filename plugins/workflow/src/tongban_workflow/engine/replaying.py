"""Telling a repeated request from a late one."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from tongban_workflow.engine.errors import AlreadyDecided, Clash
from tongban_workflow.engine.happenings import Outcome
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState
from tongban_workflow.engine.statements import DECIDED_IN_VISIT, EVENT_BY_REQUEST, LAST_ACT
from tongban_workflow.engine.writing import write


def carry_out(run: Run, action: str, task_id: UUID | None, work: Callable[[], None]) -> Outcome:
    """Do the work and write it; where it clashes with the same request done before, return that.

    Raises what `work` raises.
    """
    try:
        work()
    except Clash:
        if _was_done(run, action, task_id):
            return run.outcome(replayed=True)
        raise
    write(run)
    return run.outcome()


def _was_done(run: Run, action: str, task_id: UUID | None) -> bool:
    params = {"of_case": run.case.id, "of_request": run.request_id}
    done = run.connection.execute(EVENT_BY_REQUEST, params).first()
    return done is not None and tuple(done) == (action, run.actor.id, task_id)


def refuse_closed(run: Run, task: TaskState) -> None:
    """Raise AlreadyDecided, naming who was first, unless the task is still open."""
    if task.status == "todo":
        return
    params = {"of_case": run.case.id, "of_visit": task.visit_id}
    decided = run.connection.execute(DECIDED_IN_VISIT, params).first()
    if decided is None:  # withdrawn or cancelled over the heads of the whole step
        decided = run.connection.execute(LAST_ACT, {"of_case": run.case.id}).first()
    who, when, decision = decided if decided else ("", None, "")
    raise AlreadyDecided(who, when, decision)
