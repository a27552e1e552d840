"""How each kind of block behaves in a running case. A new kind is a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from tongban_workflow.engine.blocks.approve import ApproveBehaviour
from tongban_workflow.engine.blocks.behaviour import After, Behaviour, Onward
from tongban_workflow.engine.blocks.cc import CopyBehaviour
from tongban_workflow.engine.blocks.handle import HandleBehaviour
from tongban_workflow.engine.blocks.switch import SwitchBehaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    "approve": ApproveBehaviour(),
    "handle": HandleBehaviour(),
    "cc": CopyBehaviour(),
    "switch": SwitchBehaviour(),
}

__all__ = ["BEHAVIOURS", "After", "Behaviour", "Onward"]
