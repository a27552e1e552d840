"""cc 抄送 at run time: copies are given out and the case goes on."""

from __future__ import annotations

from typing import cast

from tongban_workflow.assignees import people_of
from tongban_workflow.definitions import CopyStep, Node
from tongban_workflow.engine.blocks.behaviour import After, Onward
from tongban_workflow.engine.errors import BrokenEngine
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.state import TaskState


class CopyBehaviour:
    """A step that copies the case to people."""

    def enter(self, run: Run, node: Node) -> Onward:
        """Give everybody found a copy, except who still has an unread one."""
        have = {task.assignee_id for task in run.tasks if task.status == "unread"}
        found = people_of(run.asked(), cast(CopyStep, node.settings).who)
        people = [person for person in found if person.id not in have]
        visit = run.open_visit(node.id)
        run.end_visit(visit, "done")
        if people:
            added = run.add_tasks(visit, node.name, "cc", people, status="unread")
            names = [person.name for person in people]
            run.note("copy", node=node.id, step=node.name, data={"people": names})
            run.tell("copied", step=node.name, tasks=added)
        return Onward(node.next)

    def offers(self, node: Node) -> frozenset[str]:
        """Nothing to decide."""
        return frozenset()

    def decide(self, run: Run, node: Node, task: TaskState, act: str) -> After:
        """Never called: nothing is offered."""
        raise BrokenEngine(f"a copy of {node.id} was decided")
