"""Acts of the starter: keep the form, send it in again, withdraw, give up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tongban_workflow.definitions import FILL, render_title
from tongban_workflow.engine.errors import ActNotOffered, NotYours
from tongban_workflow.engine.happenings import Actor, Outcome
from tongban_workflow.engine.input import (
    change_form,
    checked_opinion,
    checked_request_id,
    require_fields,
)
from tongban_workflow.engine.moving import advance, back_to_fill
from tongban_workflow.engine.offering import may_cancel, may_withdraw
from tongban_workflow.engine.opening import open_case, open_task
from tongban_workflow.engine.replaying import carry_out, refuse_closed
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.starters import read_starter
from tongban_workflow.engine.state import TaskState


def save(
    session: Session,
    task_id: UUID,
    actor: Actor,
    request_id: str,
    *,
    fields: Mapping[str, Any],
    form_rev: int,
) -> Outcome:
    """Keep the form of a case that is back with the starter, without sending it in.

    Raises TaskNotFound, NotYours, ActNotOffered, AlreadyDecided, FormChanged, FormTooLarge,
    FormUnreadable, BadRequestId.
    """
    run, task = _open_fill(session, task_id, actor, request_id, "save")

    def work() -> None:
        refuse_closed(run, task)
        changed = change_form(run, fields, form_rev, FILL)
        run.note_act("save", task=task, data={"changed": changed})

    return carry_out(run, "save", task_id, work)


def resubmit(
    session: Session,
    task_id: UUID,
    actor: Actor,
    request_id: str,
    *,
    fields: Mapping[str, Any] | None = None,
    form_rev: int | None = None,
    comment: str = "",
) -> Outcome:
    """Send a returned or withdrawn case in again: it walks the whole flow, people found anew.

    Raises as `save` does, and FieldsMissing, NobodyToAssign, NotAllowedNow if the starter left.
    """
    opinion = checked_opinion(comment)
    run, task = _open_fill(session, task_id, actor, request_id, "submit")

    def work() -> None:
        refuse_closed(run, task)
        changed = change_form(run, fields, form_rev, FILL)
        require_fields(run, FILL)
        run.note_act("resubmit", task=task, comment=opinion, data={"changed": changed})
        run.decide_first(task, "submit", "done")
        _begin_round(run)
        run.tell("resubmitted", people=(actor.id,), comment=opinion)
        advance(run, run.flow.first)

    return carry_out(run, "resubmit", task_id, work)


def _begin_round(run: Run) -> None:
    """Start over: the starter may have moved, the title may say something else."""
    case = run.case
    facts = read_starter(run.connection, case.starter_id, case.definition_id)
    case.starter_unit_id, case.starter_unit = facts.unit_id, facts.unit
    case.starter_facts = facts.facts
    case.title = render_title(run.definition.form, case.form, run.definition.name)
    case.round += 1
    run.set_status("running")


def _open_fill(
    session: Session, task_id: UUID, actor: Actor, request_id: str, act: str
) -> tuple[Run, TaskState]:
    run = open_task(session, task_id, actor, checked_request_id(request_id))
    task = run.task(task_id)
    if task.assignee_id != actor.id:
        raise NotYours
    if task.kind != "fill":
        raise ActNotOffered(task.step, act)
    return run, task


def withdraw(
    session: Session, case_id: UUID, actor: Actor, request_id: str, *, comment: str = ""
) -> Outcome:
    """Take a running case back 撤回: all open work is cancelled, the form is the starter's again.

    Raises CaseNotFound, NotYours, NotAllowedNow (not running; somebody decided already and the
    flow's policy is `before_first_decision`; policy `never`), BadRequestId, OpinionTooLong.
    """
    opinion = checked_opinion(comment)
    run = _open_own(session, case_id, actor, request_id)

    def work() -> None:
        may_withdraw(run.flow, run.case.status, run.case.round, run.tasks)
        run.note_act("withdraw", comment=opinion)
        had_work = [task.assignee_id for task in run.open_tasks()]
        back_to_fill(run, "withdrawn")
        run.tell("withdrawn", people=had_work, comment=opinion)

    return carry_out(run, "withdraw", None, work)


def cancel(
    session: Session, case_id: UUID, actor: Actor, request_id: str, *, comment: str = ""
) -> Outcome:
    """Give up a case that is back with the starter 作废, which ends it.

    Raises CaseNotFound, NotYours, NotAllowedNow (not with the starter), BadRequestId,
    OpinionTooLong.
    """
    opinion = checked_opinion(comment)
    run = _open_own(session, case_id, actor, request_id)

    def work() -> None:
        may_cancel(run.case.status)
        run.note_act("cancel", comment=opinion)
        for task in run.open_tasks():
            run.decide_first(task, "cancel", "cancelled")
        run.finish("cancelled")
        run.tell("cancelled", people=(actor.id,), comment=opinion)

    return carry_out(run, "cancel", None, work)


def _open_own(session: Session, case_id: UUID, actor: Actor, request_id: str) -> Run:
    run = open_case(session, case_id, actor, checked_request_id(request_id))
    if run.case.starter_id != actor.id:
        raise NotYours("只有申请人本人可以这样操作")
    return run
