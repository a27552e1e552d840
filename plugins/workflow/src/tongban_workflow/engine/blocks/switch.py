"""switch 条件分支 at run time: one branch is chosen on arrival and recorded."""

from __future__ import annotations

from typing import cast

from tongban_workflow.definitions import Branch, Node, SwitchStep
from tongban_workflow.engine.blocks.behaviour import After, Onward
from tongban_workflow.engine.errors import BrokenEngine
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState


class SwitchBehaviour:
    """A choice of one branch."""

    def enter(self, run: Run, node: Node) -> Onward:
        """Go into the first branch whose condition holds, else the last."""
        branch, faults = _choose(run, cast(SwitchStep, node.settings))
        data: dict[str, object] = {"branch": branch.name}
        if branch.condition:
            data["condition"] = branch.condition.text
        if faults:
            data["faults"] = faults
        run.note("branch", node=node.id, step=node.name, data=data)
        return Onward(branch.entry)

    def offers(self, node: Node) -> frozenset[str]:
        """Nothing to decide."""
        return frozenset()

    def decide(self, run: Run, node: Node, task: TaskState, act: str) -> After:
        """Never called: a switch gives out no tasks."""
        raise BrokenEngine(f"a task of the switch {node.id} was decided")


def _choose(run: Run, settings: SwitchStep) -> tuple[Branch, list[str]]:
    environment = run.environment()
    faults: list[str] = []
    for branch in settings.branches:
        if branch.condition is None:
            return branch, faults
        verdict = branch.condition.test(environment)
        if verdict.value:
            return branch, faults
        if verdict.fault:
            faults.append(f"{branch.name}：{verdict.fault}")
    raise BrokenEngine("a switch without a last branch")
