"""Statuses of cases and decisions on tasks, in the words and tones that pages show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tongban.toolkit import Tone


class State(NamedTuple):
    """A word and its tone: brand, ok, warn, bad, idle."""

    text: str
    tone: Tone


CASE_STATES: Mapping[str, State] = {
    "running": State("办理中", "brand"),
    "returned": State("已退回", "warn"),
    "withdrawn": State("已撤回", "warn"),
    "done": State("已办结", "ok"),
    "rejected": State("未通过", "bad"),
    "cancelled": State("已取消", "idle"),
}
_DECISIONS: Mapping[str, State] = {
    "approve": State("已同意", "ok"),
    "handle": State("已办理", "ok"),
    "reject": State("已驳回", "bad"),
    "return": State("已退回", "warn"),
    "submit": State("已提交", "ok"),
    "cancel": State("已取消", "idle"),
}
_DECIDED = State("已处理", "idle")


def decision_state(decision: str | None) -> State:
    """Return how a decision is shown."""
    return _DECISIONS.get(decision or "", _DECIDED)
