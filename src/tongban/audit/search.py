"""Finding events: the list, one event, the rows of an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, or_, select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent, AuditSeal
from tongban.audit.rows import FACT_COLUMNS, facts_of
from tongban.audit.sealing import event_mac, same
from tongban.db.keyset import Keyset, Page
from tongban.users.models import Person

PAGE_SIZE = 50
EXPORT_LIMIT = 10_000

_MOST_PEOPLE = 50
# Ids that transactions of the same moment may have taken out of order.
_SLACK = 10_000
_NEWEST_FIRST = Keyset(descending=True, id=AuditEvent.id)

_LISTED: Select[*tuple[Any, ...]] = select(
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.actor,
    AuditEvent.action,
    AuditEvent.object_type,
    AuditEvent.object_id,
    AuditEvent.object_name,
    AuditEvent.outcome,
    AuditEvent.address,
    AuditEvent.request_id,
)


@dataclass(frozen=True)
class EventFilter:
    """What to look for; empty means anything.

    `person` is a name or number, `family` the first part of an action with its dot, `thing` an
    object's id or the start of its name; `since` counts in, `until` does not.
    """

    person: str = ""
    family: str = ""
    thing: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class EventDetail:
    """One event, its place in the chain, and whether its content is what was written."""

    facts: dict[str, Any]
    seq: int | None
    intact: bool


def find_events(session: Session, wanted: EventFilter, cursor: str | None) -> Page:
    """Return a page of events, newest first."""
    statement = _filtered(session, _LISTED, wanted)
    return _NEWEST_FIRST.page(session, statement, cursor, limit=PAGE_SIZE)


def find_event(session: Session, event_id: int) -> EventDetail | None:
    """Return one event, or None. Raises SealingError without an audit key."""
    row = session.execute(
        select(AuditEvent.mac, AuditSeal.seq, *FACT_COLUMNS)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditEvent.id == event_id)
    ).one_or_none()
    if row is None:
        return None
    facts = facts_of(row)
    return EventDetail(facts, row.seq, same(event_mac(facts), row.mac))


def exported(
    session: Session, wanted: EventFilter, *, limit: int = EXPORT_LIMIT
) -> Iterator[Row[Any]]:
    """Yield up to `limit` events, newest first, with the columns of the list."""
    statement = _filtered(session, _LISTED, wanted).order_by(AuditEvent.id.desc()).limit(limit)
    yield from session.execute(statement)


def _filtered(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: EventFilter
) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.person:
        conditions.append(_by_person(session, wanted.person))
    if wanted.family:
        conditions.append(AuditEvent.action.startswith(wanted.family, autoescape=True))
    if wanted.thing:
        conditions.append(
            or_(
                AuditEvent.object_id == wanted.thing,
                AuditEvent.object_name.startswith(wanted.thing, autoescape=True),
            )
        )
    if wanted.outcome:
        conditions.append(AuditEvent.outcome == wanted.outcome)
    conditions += _by_time(session, wanted)
    return statement.where(*conditions)


def _by_person(session: Session, text: str) -> ColumnElement[bool]:
    people = select(Person.id).where(or_(Person.number == text, Person.name == text))
    ids = session.scalars(people.limit(_MOST_PEOPLE)).all()
    return AuditEvent.actor_id.in_(ids) if ids else false()


def _by_time(session: Session, wanted: EventFilter) -> list[ColumnElement[bool]]:
    """Bound ids as well as times: the list is in the order of ids, which follow time closely."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        oldest = session.scalar(
            select(AuditEvent.id)
            .where(AuditEvent.at >= wanted.since)
            .order_by(AuditEvent.at, AuditEvent.id)
            .limit(1)
        )
        if oldest is None:
            return [false()]
        conditions += [AuditEvent.at >= wanted.since, AuditEvent.id >= oldest - _SLACK]
    if wanted.until is not None:
        newest = session.scalar(
            select(AuditEvent.id)
            .where(AuditEvent.at < wanted.until)
            .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
            .limit(1)
        )
        if newest is None:
            return [*conditions, false()]
        conditions += [AuditEvent.at < wanted.until, AuditEvent.id <= newest + _SLACK]
    return conditions
