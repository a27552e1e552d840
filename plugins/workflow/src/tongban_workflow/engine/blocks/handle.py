"""handle 办理 at run time: whoever of the people does the work first ends the step."""

from __future__ import annotations

from tongban_workflow.assignees import assign_work
from tongban_workflow.definitions import Node
from tongban_workflow.engine.blocks.behaviour import After, Onward
from tongban_workflow.engine.blocks.people import first_decides, give_out, settings_of
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState

_AFTER = {"handle": After.PASSES, "return": After.RETURNED}


class HandleBehaviour:
    """A step of work."""

    def enter(self, run: Run, node: Node) -> Onward | None:
        """Assign the step."""
        return give_out(run, node, assign_work(run.asked(), settings_of(node).policies))

    def offers(self, node: Node) -> frozenset[str]:
        """Done; return as the flow allows; there is nothing to reject."""
        return frozenset({"handle", "return"} if settings_of(node).returns else {"handle"})

    def decide(self, run: Run, node: Node, task: TaskState, act: str) -> After:
        """End the step."""
        return first_decides(run, task, act, _AFTER[act])
