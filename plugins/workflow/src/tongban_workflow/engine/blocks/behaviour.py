"""What a kind of block does when the case comes to it, and when somebody decides there."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Protocol

from tongban_workflow.definitions import Node
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState


class Onward(NamedTuple):
    """The case goes on at once, at this node; None: at the end."""

    to: str | None


class After(Enum):
    """What a decision means for the case."""

    STAYS = "the step goes on waiting"
    PASSES = "the case goes on behind the step"
    REJECTED = "the case ends, refused"
    RETURNED = "the case goes back to the starter"


class Behaviour(Protocol):
    """One kind of block at run time."""

    def enter(self, run: Run, node: Node) -> Onward | None:
        """Arrive at the block: open its work; return where to go on, None to wait for people."""

    def offers(self, node: Node) -> frozenset[str]:
        """Return the acts that somebody with a task here may do."""

    def decide(self, run: Run, node: Node, task: TaskState, act: str) -> After:
        """Carry out an offered act on an open task of the block."""
