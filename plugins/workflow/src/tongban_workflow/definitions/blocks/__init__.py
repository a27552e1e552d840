"""The kinds of blocks a flow is built from. A new kind is a module here and a line below."""

from __future__ import annotations

from collections.abc import Mapping

from tongban_workflow.definitions.blocks.approve import Approve
from tongban_workflow.definitions.blocks.cc import Copy
from tongban_workflow.definitions.blocks.handle import Handle
from tongban_workflow.definitions.blocks.kind import BlockKind
from tongban_workflow.definitions.blocks.switch import Switch

BLOCK_KINDS: Mapping[str, BlockKind] = {
    "approve": Approve(),
    "handle": Handle(),
    "cc": Copy(),
    "switch": Switch(),
}

__all__ = ["BLOCK_KINDS", "BlockKind"]
