"""Moving a case: forward through its blocks to whoever is next, or back to the starter."""

from __future__ import annotations

from typing import Literal

from tongban_workflow.assignees import Candidate
from tongban_workflow.definitions import FILL
from tongban_workflow.engine.blocks import BEHAVIOURS
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState

FILL_STEP = "填写申请"


def advance(run: Run, node_id: str | None) -> None:
    """Go on from a node until people are waited for or the case ends. Raises NobodyToAssign."""
    while node_id is not None:
        node = run.flow.nodes[node_id]
        onward = BEHAVIOURS[node.kind].enter(run, node)
        if onward is None:
            return
        node_id = onward.to
    run.finish("done")


def back_to_fill(run: Run, status: Literal["returned", "withdrawn"]) -> TaskState:
    """Give the form back to the starter, and return the new task."""
    run.cancel_open()
    run.set_status(status)
    starter = Candidate(run.case.starter_id, run.case.starter_name)
    return run.add_tasks(run.open_visit(FILL), FILL_STEP, "fill", [starter])[0]
