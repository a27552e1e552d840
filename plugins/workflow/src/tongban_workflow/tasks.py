"""The workflow plugin's tasks for the task centre: 待办, 已办, 我发起的, 抄送我的.

Statuses are literals, so that the partial indexes of `workflow_task` serve every list; lists never
join, for what they show is copied onto the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, or_, select, union
from sqlalchemy.orm import Session

from tongban.toolkit import (
    BOXES,
    BigInt,
    Box,
    Keyset,
    TaskFilter,
    TaskPage,
    TaskRow,
    Viewer,
    clock,
    escape_like,
)
from tongban_workflow.drafts import DraftFacts, list_drafts
from tongban_workflow.engine import open_tasks
from tongban_workflow.models import Case, Task
from tongban_workflow.paths import apply_path, case_path
from tongban_workflow.statuses import CASE_STATES, decision_state

MOST_COUNTED = 100
URGENT = timedelta(hours=24)

_SERVICES_LOOKED_AT = 200
_LONGEST_TEXT = 60

tasks = cast(Table, Task.__table__)
cases = cast(Table, Case.__table__)
_person = bindparam("person_id", type_=BigInt)

_TODO = (tasks.c.assignee_id == _person, tasks.c.status == "todo")
_DONE = (tasks.c.assignee_id == _person, tasks.c.status == "done", tasks.c.kind != "fill")
_COPIED = (tasks.c.assignee_id == _person, tasks.c.kind == "cc")
_UNREAD = (tasks.c.assignee_id == _person, tasks.c.status == "unread")
_STARTED = (cases.c.starter_id == _person,)


def _capped(key: Any, *conditions: Any) -> Any:
    """Count the rows that meet the conditions, looking at no more than a hundred."""
    some = select(key).where(*conditions).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


_COUNTS = select(
    _capped(tasks.c.id, *_TODO).label("todo"),
    _capped(tasks.c.id, *_DONE).label("done"),
    _capped(cases.c.id, *_STARTED).label("started"),
    _capped(tasks.c.id, *_UNREAD).label("copied"),
)
# The badge on every page: answered from the index alone.
_TODO_COUNT = select(_capped(tasks.c.assignee_id, *_TODO))

_TASK_COLUMNS = (
    tasks.c.id,
    tasks.c.case_id,
    tasks.c.number,
    tasks.c.title,
    tasks.c.item_id,
    tasks.c.service_name,
    tasks.c.starter_name,
    tasks.c.starter_unit,
    tasks.c.step,
    tasks.c.status,
    tasks.c.decision,
    tasks.c.due_at,
    tasks.c.created_at,
    tasks.c.done_at,
)
_CASE_COLUMNS = (
    cases.c.id,
    cases.c.number,
    cases.c.title,
    cases.c.item_id,
    cases.c.service_name,
    cases.c.starter_name,
    cases.c.starter_unit,
    cases.c.status,
    cases.c.due_at,
    cases.c.created_at,
)


@dataclass(frozen=True)
class _List:
    """One box: its rows, their order, and the column that its time filter is about."""

    rows: Select[Any]
    order: Keyset
    at: Any
    source: Any


_LISTS: Mapping[Box, _List] = {
    "todo": _List(
        select(*_TASK_COLUMNS).where(*_TODO),
        Keyset(descending=True, created_at=tasks.c.created_at, id=tasks.c.id),
        tasks.c.created_at,
        tasks.c,
    ),
    "done": _List(
        select(*_TASK_COLUMNS).where(*_DONE),
        Keyset(descending=True, done_at=tasks.c.done_at, id=tasks.c.id),
        tasks.c.done_at,
        tasks.c,
    ),
    "copied": _List(
        select(*_TASK_COLUMNS).where(*_COPIED),
        Keyset(descending=True, created_at=tasks.c.created_at, id=tasks.c.id),
        tasks.c.created_at,
        tasks.c,
    ),
    "started": _List(
        select(*_CASE_COLUMNS).where(*_STARTED),
        Keyset(descending=True, created_at=cases.c.created_at, id=cases.c.id),
        cases.c.created_at,
        cases.c,
    ),
}


def _latest_services(source: Any, order: Any, *conditions: Any) -> Any:
    some = (
        select(source.item_id, source.service_name)
        .where(*conditions)
        .order_by(order.desc())
        .limit(_SERVICES_LOOKED_AT)
        .subquery()
    )
    return select(some.c.item_id, some.c.service_name)


_SERVICES = union(
    _latest_services(tasks.c, tasks.c.created_at, *_TODO),
    _latest_services(tasks.c, tasks.c.done_at, *_DONE),
    _latest_services(tasks.c, tasks.c.created_at, *_COPIED),
    _latest_services(cases.c, cases.c.created_at, *_STARTED),
)


def todo_count(session: Session, person_id: int) -> int:
    """Return how many tasks wait for a person, counting no further than a hundred."""
    return int(session.execute(_TODO_COUNT, {"person_id": person_id}).scalar_one())


class WorkflowTasks:
    """The tasks of one viewer, for one request; a `tongban.tasks.TaskSource`."""

    key = "workflow"
    title = "流程办件"

    def __init__(self, session: Session, viewer: Viewer) -> None:
        self._session = session
        self._viewer = viewer

    def counts(self) -> dict[Box, int]:
        """Return how many there are in each box, in one statement, capped at a hundred."""
        row = self._session.execute(_COUNTS, {"person_id": self._viewer.person_id}).one()
        return {box: int(row._mapping[box]) for box in BOXES}

    def page(
        self, box: Box, *, wanted: TaskFilter, cursor: str | None = None, size: int = 20
    ) -> TaskPage:
        """Return one page of a box; drafts stand before the first page of 我发起的."""
        listed = _LISTS[box]
        params = {"person_id": self._viewer.person_id}
        page = listed.order.page(
            self._session, _filtered(listed, wanted), cursor, limit=size, params=params
        )
        rows = (
            self._started(page.rows)
            if box == "started"
            else [_task_row(box, row) for row in page.rows]
        )
        if box == "started" and page.previous is None and wanted == TaskFilter():
            rows = [self._draft_row(one) for one in self._drafts()] + rows
        return TaskPage(rows, page.next, page.previous)

    def services(self) -> Sequence[tuple[str, str]]:
        """Return the services of the viewer's latest tasks and cases."""
        rows = self._session.execute(_SERVICES, {"person_id": self._viewer.person_id})
        named = {row.item_id: row.service_name for row in rows}
        return sorted(named.items(), key=lambda pair: pair[1])

    def _started(self, rows: Sequence[Any]) -> list[TaskRow]:
        running = [row.id for row in rows if row.status == "running"]
        current = open_tasks(self._session, running) if running else {}
        return [
            _case_row(row, "、".join(dict.fromkeys(t.step for t in current.get(row.id, ()))))
            for row in rows
        ]

    def _drafts(self) -> list[DraftFacts]:
        return list_drafts(self._session, self._viewer.person_id)

    def _draft_row(self, draft: DraftFacts) -> TaskRow:
        return TaskRow(
            key=f"draft-{draft.id}",
            title=draft.service_name,
            subtitle="尚未提交",
            number="",
            url=apply_path(draft.item_id),
            starter=self._viewer.name,
            starter_unit=self._viewer.unit_name,
            step="填写申请",
            at=draft.updated_at,
            state="草稿",
            tone="idle",
        )


def _filtered(listed: _List, wanted: TaskFilter) -> Select[Any]:
    statement = listed.rows
    text = wanted.text.replace("\x00", "").strip()[:_LONGEST_TEXT]
    if text:
        pattern = f"%{escape_like(text)}%"
        names = ("title", "service_name", "number", "starter_name")
        statement = statement.where(
            or_(*(listed.source[name].like(pattern, escape="\\") for name in names))
        )
    if wanted.service:
        statement = statement.where(listed.source.item_id == wanted.service.replace("\x00", ""))
    if wanted.days > 0:
        since = clock.now() - timedelta(days=min(wanted.days, 36_500))
        statement = statement.where(listed.at >= since)
    return statement


def _task_row(box: Box, row: Any) -> TaskRow:
    state = decision_state(row.decision) if box == "done" else None
    return TaskRow(
        key=str(row.id),
        title=row.service_name,
        subtitle="" if row.title == row.service_name else row.title,
        number=row.number,
        url=case_path(row.case_id),
        starter=row.starter_name,
        starter_unit=row.starter_unit,
        step=row.step,
        at=row.done_at if box == "done" else row.created_at,
        due_at=row.due_at if box == "todo" else None,
        urgent=box == "todo" and row.due_at is not None and row.due_at - clock.now() < URGENT,
        unread=row.status == "unread",
        state=state.text if state else "",
        tone=state.tone if state else "idle",
    )


def _case_row(row: Any, step: str) -> TaskRow:
    state = CASE_STATES[row.status]
    return TaskRow(
        key=str(row.id),
        title=row.service_name,
        subtitle="" if row.title == row.service_name else row.title,
        number=row.number,
        url=case_path(row.id),
        starter=row.starter_name,
        starter_unit=row.starter_unit,
        step=step,
        at=row.created_at,
        due_at=row.due_at if row.status == "running" else None,
        state=state.text,
        tone=state.tone,
    )
