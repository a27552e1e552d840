"""handle 办理: one of the people does the work; there is nothing to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tongban_workflow.assignees import Policies
from tongban_workflow.definitions.blocks.people import check_actions, check_on_empty, returns_of
from tongban_workflow.definitions.nodes import PersonStep

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker
    from tongban_workflow.definitions.compiling import Compiler


class Handle:
    """A step that does the work. It cannot reject; it may send back where the flow says so."""

    keys = frozenset({"who", "on_empty", "fields", "actions"})

    def check(self, block: Mapping[str, object], place: str, checker: Checker, depth: int) -> None:
        """Check people, fields and acts."""
        checker.who(block, place)
        check_on_empty(block, place, checker)
        checker.fields(block, place)
        check_actions(block, place, checker, frozenset({"return"}))

    def compile(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        compiler: Compiler,
    ) -> None:
        """Add the step."""
        settings = PersonStep(
            policies=Policies(compiler.rules(block), block["on_empty"]),
            returns=returns_of(block, ()),
        )
        compiler.add(block, following, path, settings)
