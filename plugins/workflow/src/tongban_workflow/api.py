"""What other plugins may use of the workflow plugin."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tongban.toolkit import Viewer, clock
from tongban_workflow.models import Case, FlowDefinition
from tongban_workflow.promises import working_days_between
from tongban_workflow.services import startable_items

# Routes: `apply` takes item_id, `case` takes case_id.
APPLY_ROUTE = "workflow.apply"
CASE_ROUTE = "workflow.case"

_LATEST = 200
_YEAR = timedelta(days=365)

# By definition, of which a service has few: that is what cases are indexed by.
_OF_ITEM = Case.definition_id.in_(
    select(FlowDefinition.id).where(FlowDefinition.item_id == bindparam("item_id"))
)
_TOTAL = select(func.count()).select_from(Case).where(_OF_ITEM)
_FINISHED = (
    select(Case.created_at, Case.finished_at, Case.due_at)
    .where(
        _OF_ITEM,
        Case.status == "done",
        Case.finished_at >= bindparam("since", type_=Case.finished_at.type),
    )
    .order_by(Case.finished_at.desc())
    .limit(_LATEST)
)


@dataclass(frozen=True)
class ItemFigures:
    """How a service went: cases ever, and of the latest finished ones within a year the average
    working days and how many of a hundred were in time; None where there are none yet.
    """

    cases: int
    average_days: float | None
    in_time_percent: int | None


def startable(session: Session, viewer: Viewer, item_ids: Iterable[str]) -> frozenset[str]:
    """Return those of the items that the viewer may apply for online now; one statement."""
    wanted: Collection[str] = list(item_ids)
    return startable_items(session, viewer, wanted)


def figures(session: Session, item_id: str) -> ItemFigures:
    """Return the figures of a service; two statements, for its own page."""
    total = session.execute(_TOTAL, {"item_id": item_id}).scalar_one()
    params = {"item_id": item_id, "since": clock.now() - _YEAR}
    finished = list(session.execute(_FINISHED, params)) if total else []
    if not finished:
        return ItemFigures(total, None, None)
    days = [working_days_between(row.created_at, row.finished_at) for row in finished]
    promised = [row for row in finished if row.due_at is not None]
    in_time = sum(row.finished_at <= row.due_at for row in promised)
    return ItemFigures(
        cases=total,
        average_days=round(sum(days) / len(days), 1),
        in_time_percent=round(100 * in_time / len(promised)) if promised else None,
    )


def shown_figures(found: ItemFigures) -> list[tuple[str, str]]:
    """Return figures as an item's page shows them; none for an item without cases."""
    if not found.cases:
        return []
    shown = [("累计办件", f"{found.cases} 件")]
    if found.average_days is not None:
        shown.append(("平均用时", f"{found.average_days} 个工作日"))
    if found.in_time_percent is not None:
        shown.append(("按时办结", f"{found.in_time_percent}%"))
    return shown
