"""Finding cases of the units within reach, for the console."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tongban.toolkit import Keyset, OrgUnit, Viewer, escape_like, scope_condition
from tongban_workflow.engine import open_tasks
from tongban_workflow.models import Case, FlowDefinition
from tongban_workflow.permissions import READ_ALL
from tongban_workflow.statuses import CASE_STATES, State

PAGE_ROWS = 30
STATUSES = [(key, state.text) for key, state in CASE_STATES.items()]

_LONGEST_TEXT = 60
_BY_TIME = Keyset(descending=True, created_at=Case.created_at, id=Case.id)
_COLUMNS = (
    Case.id,
    Case.number,
    Case.title,
    Case.service_name,
    Case.starter_name,
    Case.starter_unit,
    Case.status,
    Case.created_at,
    Case.due_at,
)


class CaseFilter(NamedTuple):
    """What is looked for: a part of number, title or starter; a status; a service."""

    text: str = ""
    status: str = ""
    service: str = ""


class FoundCase(NamedTuple):
    """One line of the list; `now` is the step and who has it."""

    id: UUID
    number: str
    title: str
    service_name: str
    starter: str
    starter_unit: str
    state: State
    created_at: datetime
    due_at: datetime | None
    now: str


class CasePage(NamedTuple):
    """A page of cases with the cursors of its neighbours."""

    rows: Sequence[FoundCase]
    previous: str | None
    next: str | None


def find_cases(
    session: Session, viewer: Viewer, wanted: CaseFilter, cursor: str | None, size: int
) -> CasePage:
    """Return one page of the cases whose owning unit is within the viewer's reach."""
    units = select(OrgUnit.id).where(scope_condition(viewer, READ_ALL, OrgUnit.path))
    statement = select(*_COLUMNS).where(Case.owner_unit_id.in_(units))
    if wanted.status in CASE_STATES:
        statement = statement.where(Case.status == wanted.status)
    if wanted.service:
        statement = statement.where(Case.item_id == _clean(wanted.service))
    text = _clean(wanted.text)
    if text:
        pattern = f"%{escape_like(text)}%"
        columns = (Case.number, Case.title, Case.starter_name)
        statement = statement.where(or_(*(one.like(pattern, escape="\\") for one in columns)))
    page = _BY_TIME.page(session, statement, cursor, limit=size)
    running = [row.id for row in page.rows if row.status == "running"]
    current = open_tasks(session, running) if running else {}
    rows = [_found(row, current.get(row.id, ())) for row in page.rows]
    return CasePage(rows, page.previous, page.next)


def service_names(session: Session) -> list[tuple[str, str]]:
    """Return the services that have or had a flow, by name."""
    rows = session.execute(select(FlowDefinition.item_id, FlowDefinition.name).distinct())
    return sorted({row.item_id: row.name for row in rows}.items(), key=lambda pair: pair[1])


def _found(row: Any, current: Sequence[Any]) -> FoundCase:
    steps = dict.fromkeys(task.step for task in current)
    names = "、".join(dict.fromkeys(task.assignee_name for task in current[:3]))
    return FoundCase(
        id=row.id,
        number=row.number,
        title="" if row.title == row.service_name else row.title,
        service_name=row.service_name,
        starter=row.starter_name,
        starter_unit=row.starter_unit,
        state=CASE_STATES[row.status],
        created_at=row.created_at,
        due_at=row.due_at if row.status == "running" else None,
        now=f"{'、'.join(steps)}：{names}" if current else "",
    )


def _clean(text: str) -> str:
    return "".join(one for one in text if one.isprintable()).strip()[:_LONGEST_TEXT]
