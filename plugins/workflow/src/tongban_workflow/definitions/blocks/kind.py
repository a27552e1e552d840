"""What the definition of a block kind offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker
    from tongban_workflow.definitions.compiling import Compiler


class BlockKind(Protocol):
    """One kind of block: which settings it has, whether they are right, what it compiles to."""

    @property
    def keys(self) -> frozenset[str]:
        """Settings beside id, type and name."""

    def check(self, block: Mapping[str, object], place: str, checker: Checker, depth: int) -> None:
        """Note every fault of the block's own settings."""

    def compile(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        compiler: Compiler,
    ) -> None:
        """Add the block's nodes; afterwards the case goes on at `following`."""
