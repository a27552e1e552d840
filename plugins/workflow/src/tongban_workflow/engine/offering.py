"""Which acts are open to whom: the same rules for the command and for the page's buttons."""

from __future__ import annotations

from collections.abc import Iterable

from tongban_workflow.definitions import CompiledFlow
from tongban_workflow.engine.blocks import BEHAVIOURS
from tongban_workflow.engine.errors import NotAllowedNow
from tongban_workflow.engine.state import TaskState
from tongban_workflow.models import AT_FILL

# In the order of the buttons.
ACTS = ("approve", "handle", "reject", "return", "save", "resubmit", "cancel", "withdraw", "read")


def task_acts(flow: CompiledFlow, task: TaskState) -> set[str]:
    """Return what the person who has this task may do with it."""
    if task.status == "unread":
        return {"read"}
    if task.status != "todo":
        return set()
    if task.kind == "fill":
        return {"save", "resubmit", "cancel"}
    node = flow.nodes[task.node]
    return set(BEHAVIOURS[node.kind].offers(node))


def may_withdraw(
    flow: CompiledFlow, status: str, current_round: int, tasks: Iterable[TaskState]
) -> None:
    """Raise NotAllowedNow unless the starter may take the case back."""
    if status != "running":
        raise NotAllowedNow("办件不在办理中，不能撤回")
    if flow.withdraw == "never":
        raise NotAllowedNow("该事项提交后不能撤回")
    if flow.withdraw == "before_first_decision" and any(
        task.round == current_round and task.status == "done" and task.kind != "fill"
        for task in tasks
    ):
        raise NotAllowedNow("已有人办理，不能再撤回")


def may_cancel(status: str) -> None:
    """Raise NotAllowedNow unless the case is back with the starter."""
    if status not in AT_FILL:
        raise NotAllowedNow("只有退回或撤回的办件可以作废")
