"""switch 条件分支: the first branch whose condition holds is taken, else the last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tongban_workflow.definitions.nodes import Branch, SwitchStep

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker
    from tongban_workflow.definitions.compiling import Compiler

MAX_BRANCHES = 20

_BRANCH_KEYS = frozenset({"name", "if", "flow"})


class Switch:
    """A choice of one branch among several, made once, when the case arrives."""

    keys = frozenset({"branches"})

    def check(self, block: Mapping[str, object], place: str, checker: Checker, depth: int) -> None:
        """Check the branches: all but the last have a condition, the last has none."""
        branches = block.get("branches")
        if not isinstance(branches, list) or not 2 <= len(branches) <= MAX_BRANCHES:
            checker.fault(f"{place} › branches", f"应有 2 到 {MAX_BRANCHES} 个分支")
            return
        for number, branch in enumerate(branches, start=1):
            last = number == len(branches)
            self._branch(branch, f"{place} › 分支 {number}", checker, depth, last=last)

    def _branch(
        self, branch: object, place: str, checker: Checker, depth: int, *, last: bool
    ) -> None:
        if not isinstance(branch, Mapping):
            checker.fault(place, "分支应是一个对象")
            return
        checker.keys(branch, _BRANCH_KEYS, place)
        name = branch.get("name", "")
        if not isinstance(name, str) or len(name) > 30:
            checker.fault(f"{place} › name", "名称不超过 30 字")
        if last and "if" in branch:
            checker.fault(place, "最后一个分支不写条件，其余情况都走它")
        if not last:
            checker.condition(branch.get("if"), f"{place} › if")
        checker.blocks(branch.get("flow"), place, depth + 1)

    def compile(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        compiler: Compiler,
    ) -> None:
        """Add the switch and the nodes of its branches, which all go on at `following`."""
        inside = (*path, block["id"])
        branches = tuple(
            Branch(
                name=branch.get("name") or f"分支 {number}",
                condition=compiler.condition(branch["if"]) if "if" in branch else None,
                entry=compiler.sequence(branch["flow"], following, inside),
            )
            for number, branch in enumerate(block["branches"], start=1)
        )
        compiler.add(block, following, path, SwitchStep(branches))
