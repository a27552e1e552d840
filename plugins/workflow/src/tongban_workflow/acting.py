"""Acts on a case: from what came with a request to the engine's command, and telling people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tongban.toolkit import Viewer
from tongban_workflow.cases import OpenedCase
from tongban_workflow.engine import (
    Actor,
    Outcome,
    approve,
    cancel,
    handle_done,
    mark_read,
    reject,
    resubmit,
    return_to_fill,
    save,
    withdraw,
)
from tongban_workflow.forms import TakenIn, editable, give_files
from tongban_workflow.telling import tell

LONGEST_OPINION = 500
NEEDS_OPINION = frozenset({"reject", "return"})
# Acts that take the form with them; `save` takes it incomplete.
TAKES_FORM = frozenset({"approve", "handle", "save", "resubmit"})

DONE = {
    "approve": "已同意",
    "handle": "已办结本环节",
    "reject": "已驳回",
    "return": "已退回给申请人",
    "save": "已保存",
    "resubmit": "已重新提交",
    "withdraw": "已撤回，修改后可重新提交",
    "cancel": "申请已取消",
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do, as the page sent it."""

    act: str
    task_id: UUID | None
    request_id: str
    comment: str
    form_rev: int | None


def opinion_error(wish: Wish) -> str:
    """Return what is wrong with the opinion, empty if nothing."""
    if len(wish.comment) > LONGEST_OPINION:
        return f"意见最多 {LONGEST_OPINION} 个字"
    if wish.act in NEEDS_OPINION and not wish.comment:
        return "请填写驳回理由" if wish.act == "reject" else "请填写退回理由"
    return ""


def came_with_form(opened: OpenedCase, wish: Wish) -> bool:
    """Say whether fields came along that this person may change now.

    Not when the task is no longer open: then the engine tells who was faster.
    """
    task = opened.view.task
    current = task is not None and task.id == wish.task_id and wish.act in opened.view.acts
    return current and bool(editable(opened.form, opened.view.rights))


def carry_out(
    session: Session, viewer: Viewer, opened: OpenedCase, wish: Wish, taken: TakenIn | None
) -> Outcome:
    """Carry out the act and tell people. Raises EngineError, FileRefused."""
    actor = Actor(viewer.person_id, viewer.name)
    fields: Mapping[str, Any] | None = taken.reading.changes if taken else None
    outcome = _command(session, opened, wish, actor, fields)
    if outcome.replayed:
        return outcome
    if taken is not None:
        give_files(
            session,
            editable(opened.form, opened.view.rights),
            opened.case.form,
            taken.reading.merged,
            str(outcome.case_id),
            viewer.person_id,
        )
    tell(session, outcome.happenings)
    return outcome


def read_copies(session: Session, viewer: Viewer, opened: OpenedCase) -> int:
    """Mark the person's unread copy of the case as read."""
    task = opened.view.task
    if task is None or "read" not in opened.view.acts:
        return 0
    return mark_read(session, [task.id], Actor(viewer.person_id, viewer.name))


def _command(
    session: Session,
    opened: OpenedCase,
    wish: Wish,
    actor: Actor,
    fields: Mapping[str, Any] | None,
) -> Outcome:
    if wish.act in _BY_CASE:
        return _BY_CASE[wish.act](
            session, opened.case.id, actor, wish.request_id, comment=wish.comment
        )
    task_id = wish.task_id or UUID(int=0)  # no task has it: the engine says that there is none
    common = (session, task_id, actor, wish.request_id)
    if wish.act == "save":
        rev = wish.form_rev if wish.form_rev is not None else -1
        return save(*common, fields=fields or {}, form_rev=rev)
    if wish.act in NEEDS_OPINION:
        return _REFUSING[wish.act](*common, comment=wish.comment)
    return _FORWARD[wish.act](*common, comment=wish.comment, fields=fields, form_rev=wish.form_rev)


_BY_CASE: Mapping[str, Callable[..., Outcome]] = {"withdraw": withdraw, "cancel": cancel}
_REFUSING: Mapping[str, Callable[..., Outcome]] = {"reject": reject, "return": return_to_fill}
_FORWARD: Mapping[str, Callable[..., Outcome]] = {
    "approve": approve,
    "handle": handle_done,
    "resubmit": resubmit,
}
ACTS = frozenset({*_BY_CASE, *_REFUSING, *_FORWARD, "save"})
