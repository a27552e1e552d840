"""cc 抄送: people are shown the case; nobody is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tongban_workflow.definitions.nodes import CopyStep

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker
    from tongban_workflow.definitions.compiling import Compiler


class Copy:
    """A step that copies the case to people."""

    keys = frozenset({"who", "fields"})

    def check(self, block: Mapping[str, object], place: str, checker: Checker, depth: int) -> None:
        """Check people and fields; copied people edit nothing."""
        checker.who(block, place)
        checker.fields(block, place, ("hidden", "read"))

    def compile(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        compiler: Compiler,
    ) -> None:
        """Add the step."""
        compiler.add(block, following, path, CopyStep(compiler.rules(block)))
