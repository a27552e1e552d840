"""Acts of the people a step waits for: approve, reject, send back, done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from tongban_workflow.assignees import RESOLVERS
from tongban_workflow.engine.blocks import BEHAVIOURS, After
from tongban_workflow.engine.errors import ActNotOffered, NobodyToAssign, NotYours
from tongban_workflow.engine.happenings import Actor, Outcome
from tongban_workflow.engine.input import (
    change_form,
    checked_opinion,
    checked_request_id,
    require_fields,
)
from tongban_workflow.engine.moving import FILL_STEP, advance, back_to_fill
from tongban_workflow.engine.opening import open_task
from tongban_workflow.engine.replaying import carry_out, refuse_closed
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState


class Act(NamedTuple):
    """What somebody wants to do with a task."""

    name: str
    comment: str
    fields: Mapping[str, Any] | None = None
    form_rev: int | None = None


# Acts after which the case goes forward; the step's required fields must be filled in by then.
_FORWARD = frozenset({"approve", "handle"})


def approve(
    session: Session,
    task_id: UUID,
    actor: Actor,
    request_id: str,
    *,
    comment: str = "",
    fields: Mapping[str, Any] | None = None,
    form_rev: int | None = None,
) -> Outcome:
    """Approve 同意, with changed form fields if the step may edit any.

    Raises TaskNotFound, NotYours, ActNotOffered, AlreadyDecided, FormChanged, FieldsMissing,
    NobodyToAssign and the errors of the input.
    """
    act = Act("approve", checked_opinion(comment), fields, form_rev)
    return _decide(session, task_id, actor, request_id, act)


def handle_done(
    session: Session,
    task_id: UUID,
    actor: Actor,
    request_id: str,
    *,
    comment: str = "",
    fields: Mapping[str, Any] | None = None,
    form_rev: int | None = None,
) -> Outcome:
    """Say that the work is done 办理完成. Raises as `approve` does."""
    act = Act("handle", checked_opinion(comment), fields, form_rev)
    return _decide(session, task_id, actor, request_id, act)


def reject(
    session: Session, task_id: UUID, actor: Actor, request_id: str, *, comment: str
) -> Outcome:
    """Refuse 驳回, which ends the case; the opinion is required. Raises as `approve` does."""
    act = Act("reject", checked_opinion(comment, required_by="reject"))
    return _decide(session, task_id, actor, request_id, act)


def return_to_fill(
    session: Session, task_id: UUID, actor: Actor, request_id: str, *, comment: str
) -> Outcome:
    """Send back to the starter 退回; the opinion is required. Raises as `approve` does."""
    act = Act("return", checked_opinion(comment, required_by="return"))
    return _decide(session, task_id, actor, request_id, act)


def _decide(session: Session, task_id: UUID, actor: Actor, request_id: str, act: Act) -> Outcome:
    run = open_task(session, task_id, actor, checked_request_id(request_id))
    task = run.task(task_id)
    if task.assignee_id != actor.id:
        raise NotYours
    return carry_out(run, act.name, task_id, lambda: _carry_out(run, task, act))


def _carry_out(run: Run, task: TaskState, act: Act) -> None:
    node = run.flow.nodes.get(task.node)
    behaviour = BEHAVIOURS[node.kind] if node else None
    if node is None or behaviour is None or act.name not in behaviour.offers(node):
        raise ActNotOffered(task.step, act.name)
    refuse_closed(run, task)
    changed = change_form(run, act.fields, act.form_rev, node.id)
    if act.name in _FORWARD:
        require_fields(run, node.id)
    data = {"changed": changed} if changed else {}
    run.note_act(act.name, task=task, comment=act.comment, data=data)
    after = behaviour.decide(run, node, task, act.name)
    run.tell(
        "decided",
        step=node.name,
        people=(run.case.starter_id,),
        outcome=act.name,
        comment=act.comment,
    )
    _settle(run, node.next, after, act)


def _settle(run: Run, following: str | None, after: After, act: Act) -> None:
    if after is After.PASSES:
        advance(run, following)
    elif after is After.REJECTED:
        run.finish("rejected")
    elif after is After.RETURNED:
        _refuse_absent_starter(run)
        fill = back_to_fill(run, "returned")
        run.tell("returned", step=FILL_STEP, tasks=[fill], comment=act.comment)


def _refuse_absent_starter(run: Run) -> None:
    """A case cannot be given back to a starter who left; it can be rejected."""
    if not RESOLVERS["starter"].resolve(run.asked(), {}):
        raise NobodyToAssign(FILL_STEP)
