"""Telling people what happened in a case, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.orm import Session

from tongban.toolkit import notify
from tongban_workflow.engine import CaseHappening
from tongban_workflow.paths import case_path

KINDS = {
    "workflow.task": "待办提醒",
    "workflow.copy": "抄送提醒",
    "workflow.returned": "申请被退回",
    "workflow.finished": "申请办结",
}

_LONGEST_COMMENT = 120


def tell(session: Session, happenings: Iterable[CaseHappening]) -> None:
    """Notify the people whom what happened concerns; the one who did it is not told."""
    for happening in happenings:
        message = _MESSAGES.get(happening.kind)
        people = [one for one in happening.people if one != happening.actor.id]
        if message is None or not people:
            continue
        kind, title, text = message(happening)
        notify(
            session,
            kind=kind,
            people=people,
            title=title,
            text=text,
            link=case_path(happening.case_id),
        )


def _about(happening: CaseHappening) -> str:
    same = happening.title == happening.service_name
    return f"编号 {happening.number}" + ("" if same else f"，{happening.title}")


def _said(happening: CaseHappening) -> str:
    return f"意见：{happening.comment[:_LONGEST_COMMENT]}" if happening.comment else ""


def _task(happening: CaseHappening) -> tuple[str, str, str]:
    title = f"待办：{happening.service_name}（{happening.step}）"
    return "workflow.task", title, f"{_about(happening)}。"


def _copy(happening: CaseHappening) -> tuple[str, str, str]:
    return "workflow.copy", f"抄送：{happening.service_name}", f"{_about(happening)}。"


def _returned(happening: CaseHappening) -> tuple[str, str, str]:
    title = f"您的「{happening.service_name}」被退回"
    text = f"{_about(happening)}。{_said(happening)}"
    return "workflow.returned", title, f"{text}　请修改后重新提交。"


def _finished(happening: CaseHappening) -> tuple[str, str, str]:
    done = happening.outcome == "done"
    title = f"您的「{happening.service_name}」{'已办结' if done else '未通过'}"
    return "workflow.finished", title, f"{_about(happening)}。{_said(happening)}"


_MESSAGES: Mapping[str, Callable[[CaseHappening], tuple[str, str, str]]] = {
    "task_created": _task,
    "copied": _copy,
    "returned": _returned,
    "finished": _finished,
}
