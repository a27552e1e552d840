"""The record of a case 办理记录: what happened, who has it now, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tongban_workflow.definitions import CopyStep, Definition, PersonStep
from tongban_workflow.engine import EventFacts, TaskFacts

MOST_NAMES = 5


class Entry(NamedTuple):
    """One entry. `state`: done, now, no, todo; `verdict` is said beside the name."""

    title: str
    state: str
    who: str
    icon: str = ""
    at: datetime | None = None
    verdict: str = ""
    tone: str = ""
    said: str = ""


class _Manner(NamedTuple):
    state: str
    verdict: str
    tone: str
    title: str = ""
    icon: str = ""


_MANNERS: Mapping[str, _Manner] = {
    "start": _Manner("done", "", "", "提交申请"),
    "resubmit": _Manner("done", "", "", "重新提交"),
    "approve": _Manner("done", "已同意", "ok"),
    "handle": _Manner("done", "已办理", "ok"),
    "reject": _Manner("no", "已驳回", "bad"),
    "return": _Manner("no", "已退回", "bad"),
    "withdraw": _Manner("no", "已撤回", "", "撤回申请"),
    "cancel": _Manner("no", "已取消", "", "取消申请"),
    "auto_approve": _Manner("done", "自动通过", "ok"),
    "pass": _Manner("done", "无人办理，自动通过", "", icon="arrow-forward-up"),
    "copy": _Manner("done", "", "", icon="mail-forward"),
}
_FINISHED = {
    "done": _Manner("done", "", "", "办结", "circle-check"),
    "rejected": _Manner("no", "", "", "未通过，办件结束", "circle-x"),
}


def entries(
    events: Sequence[EventFacts],
    current: Sequence[TaskFacts],
    definition: Definition,
    viewer_id: int,
) -> list[Entry]:
    """Return the record, oldest first. What changed in the form is not part of it."""
    return [
        *(entry for event in events for entry in _happened(event, viewer_id)),
        *_at_work(current, viewer_id),
        *_to_come(current, definition),
    ]


def _happened(event: EventFacts, viewer_id: int) -> Iterator[Entry]:
    manner = _MANNERS.get(event.action)
    if event.action == "finish":
        manner = _FINISHED.get(str(event.data.get("status")))
    if manner is None:
        return
    yield Entry(
        title=manner.title or event.step,
        state=manner.state,
        who=_who(event, viewer_id),
        icon=manner.icon,
        at=event.created_at,
        verdict=manner.verdict,
        tone=manner.tone,
        said=event.comment,
    )


def _who(event: EventFacts, viewer_id: int) -> str:
    if event.actor_id is not None:
        return event.actor_name + ("（我）" if event.actor_id == viewer_id else "")
    people = event.data.get("people")
    if isinstance(people, list):
        return _names([str(name) for name in people])
    return str(event.data.get("who") or "")


def _at_work(current: Sequence[TaskFacts], viewer_id: int) -> Iterator[Entry]:
    by_step: dict[str, list[str]] = {}
    for task in current:
        mine = "（我）" if task.assignee_id == viewer_id else ""
        by_step.setdefault(task.step, []).append(task.assignee_name + mine)
    for step, names in by_step.items():
        yield Entry(step, "now", _names(names), verdict="处理中")


def _to_come(current: Sequence[TaskFacts], definition: Definition) -> Iterator[Entry]:
    """Yield the steps after the current one; those inside branches may or may not be taken."""
    order = definition.flow.order
    reached = [order.index(task.node) for task in current if task.node in order]
    if not reached:
        return
    for node_id in order[max(reached) + 1 :]:
        node = definition.flow.nodes[node_id]
        if isinstance(node.settings, PersonStep | CopyStep) and not node.path:
            yield Entry(node.name, "todo", "", "mail-forward" if node.kind == "cc" else "")


def _names(names: Sequence[str]) -> str:
    listed = "、".join(names[:MOST_NAMES])
    return listed if len(names) <= MOST_NAMES else f"{listed} 等 {len(names)} 人"
