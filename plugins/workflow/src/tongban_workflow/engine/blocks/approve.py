"""approve 审批 at run time: 或签, the first to approve, reject or send back decides."""

from __future__ import annotations

from tongban_workflow.assignees import assign_approval
from tongban_workflow.definitions import Node
from tongban_workflow.engine.blocks.behaviour import After, Onward
from tongban_workflow.engine.blocks.people import first_decides, give_out, settings_of
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState

_AFTER = {"approve": After.PASSES, "reject": After.REJECTED, "return": After.RETURNED}


class ApproveBehaviour:
    """An approval step."""

    def enter(self, run: Run, node: Node) -> Onward | None:
        """Assign the step, or pass it where a policy says so."""
        policies = settings_of(node).policies
        return give_out(run, node, assign_approval(run.asked(), policies, run.approvals()))

    def offers(self, node: Node) -> frozenset[str]:
        """Approve; reject and return as the flow allows."""
        settings = settings_of(node)
        offered = {"approve"}
        if settings.reject:
            offered.add("reject")
        if settings.returns:
            offered.add("return")
        return frozenset(offered)

    def decide(self, run: Run, node: Node, task: TaskState, act: str) -> After:
        """Take the first decision as the step's."""
        return first_decides(run, task, act, _AFTER[act])
