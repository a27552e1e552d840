"""Settings that steps waiting for people share: who, nobody found, where it may be returned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tongban_workflow.definitions.nodes import FILL

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker

ON_EMPTY = ("pass", "parent_head", "admin")

_ON_EMPTY_PERSON = re.compile(r"person:[0-9A-Za-z]{1,32}\Z")


def check_on_empty(block: Mapping[str, object], place: str, checker: Checker) -> None:
    """`on_empty` has no default: whoever designs the step must think of it."""
    policy = block.get("on_empty")
    if isinstance(policy, str) and (policy in ON_EMPTY or _ON_EMPTY_PERSON.match(policy)):
        return
    known = "、".join(ON_EMPTY)
    checker.fault(f"{place} › on_empty", f"必须写明找不到人时怎么办：{known} 或 person:工号")


def check_actions(
    block: Mapping[str, object], place: str, checker: Checker, allowed: frozenset[str]
) -> None:
    """Check which acts the step offers."""
    place = f"{place} › actions"
    actions = block.get("actions", {})
    if not isinstance(actions, Mapping):
        checker.fault(place, "应是一个对象")
        return
    checker.keys(actions, allowed, place)
    if not isinstance(actions.get("reject", True), bool):
        checker.fault(f"{place} › reject", "应为 true 或 false")
    targets = actions.get("return", [])
    if not isinstance(targets, list) or any(target != FILL for target in targets):
        checker.fault(f"{place} › return", f"应是列表，可退回到 {FILL}")


def returns_of(block: Mapping[str, Any], default: tuple[str, ...]) -> frozenset[str]:
    """Return the steps the case may be returned to from here."""
    return frozenset(block.get("actions", {}).get("return", default))
