"""Steps that wait for people: giving out the work, and the first decision."""

from __future__ import annotations

from typing import cast

from tongban_workflow.assignees import Assignment
from tongban_workflow.definitions import Node, PersonStep
from tongban_workflow.engine.blocks.behaviour import After, Onward
from tongban_workflow.engine.errors import NobodyToAssign
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState

# A passed step is noted in the name of the person who would have approved, and why.
_WHY = {
    "starter": "审批人是申请人本人",
    "same_person": "此前已审批过",
    "empty": "没有找到办理人",
}
_VISIT_AFTER = {
    After.PASSES: "done",
    After.REJECTED: "rejected",
    After.RETURNED: "returned",
}


def settings_of(node: Node) -> PersonStep:
    """Return the settings of a step that waits for people."""
    return cast(PersonStep, node.settings)


def give_out(run: Run, node: Node, assignment: Assignment) -> Onward | None:
    """Open the step for the people assigned, or pass it. Raises NobodyToAssign."""
    if assignment.passed:
        return _pass(run, node, assignment)
    if not assignment.people:
        raise NobodyToAssign(node.name)
    added = run.add_tasks(run.open_visit(node.id), node.name, node.kind, assignment.people)
    run.tell("task_created", step=node.name, tasks=added)
    return None


def _pass(run: Run, node: Node, assignment: Assignment) -> Onward:
    visit = run.open_visit(node.id)
    run.end_visit(visit, "done")
    data = {"why": _WHY[assignment.passed]}
    if assignment.by is None:
        run.note("pass", node=node.id, step=node.name, data=data)
    else:
        people = [assignment.by]
        run.add_tasks(visit, node.name, node.kind, people, status="passed", decision="approve")
        data["who"] = assignment.by.name
        run.note("auto_approve", node=node.id, step=node.name, data=data)
    return Onward(node.next)


def first_decides(run: Run, task: TaskState, act: str, after: After) -> After:
    """Let the first decision close the step."""
    run.decide_first(task, act, _VISIT_AFTER[after])
    return after
