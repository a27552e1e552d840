"""Cases of 公务用车: head approves → switch → the office approves → dispatch."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import select

ITEM = "official-car"
STARTER = "teacher"  # the key of a demo account
FILLED: dict[str, Any] = {
    "scope": "province", "destination": "郑州市 河南省教育厅",
    "leaves_on": "2030-03-04", "leaves_at": "08:30", "returns_on": "2030-03-05",
    "boarding": "行政楼南门", "passengers": 20,
    "reason": "参加全省教育信息化工作会议，乘车人员名单另附", "phone": "13800001234",
}  # fmt: skip


def start_trips(runtime: Any, starter_number: str, number: int) -> None:
    """Start cases with the engine, all in one transaction."""
    from tongban.users.models import Person
    from tongban_workflow.definitions import current_definition
    from tongban_workflow.engine import Actor, start_case

    with runtime.unit_of_work() as session:
        wanted = select(Person.id, Person.name).where(Person.number == starter_number)
        starter = Actor(*session.execute(wanted).one())
        definition = current_definition(session, ITEM)
        if definition is None:
            raise LookupError(f"the demo campus has no service {ITEM}")
        filled = FILLED | {"leader": starter_number}
        for _ in range(number):
            start_case(session, definition.id, starter, filled, uuid4().hex)


def open_tasks(runtime: Any, step: str, number: int) -> list[Any]:
    """Return id, case and assignee's number of the oldest open tasks of a step."""
    from tongban.users.models import Person
    from tongban_workflow.models import Task

    wanted = (
        select(Task.id, Task.case_id, Person.number)
        .join(Person, Person.id == Task.assignee_id)
        .where(Task.item_id == ITEM, Task.node == step, Task.status == "todo")
        .order_by(Task.created_at, Task.id)
        .limit(number)
    )
    with runtime.unit_of_work(writes=False) as session:
        return list(session.execute(wanted).all())
