"""Sealing: chaining events that are committed, in the order in which they are found."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent, AuditSeal
from tongban.audit.rows import FACT_COLUMNS, facts_of
from tongban.audit.sealing import FIRST_LINK, link_hash
from tongban.db.locks import lock_for_transaction

log = structlog.get_logger("tongban.audit")

LOCK = "audit seal"

# A slow transaction commits an id below those already sealed. Looking back over this many seals
# finds it, unless it was open while all of them were made; the nightly sweep looks at everything.
_LOOK_BACK = 5_000

_HEAD = select(AuditSeal.seq, AuditSeal.hash).order_by(AuditSeal.seq.desc()).limit(1)
_UNSEALED = (
    select(AuditEvent.id, AuditEvent.mac, *FACT_COLUMNS)
    .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
    .where(AuditSeal.seq.is_(None))
    .order_by(AuditEvent.id)
)


def head(session: Session) -> tuple[int, str]:
    """Return number and hash of the last link; (0, …) before the first."""
    row = session.execute(_HEAD).one_or_none()
    return (row.seq, row.hash) if row is not None else (0, FIRST_LINK)


def seal(session: Session, limit: int = 500, *, sweep: bool = False) -> int:
    """Seal up to `limit` events and return how many; the caller's transaction must write.

    One sealer works at a time. With `sweep` every event is looked at, not only the recent ones.
    """
    lock_for_transaction(session, LOCK)
    seq, previous = head(session)
    statement = _UNSEALED.limit(limit)
    if not sweep:
        statement = statement.where(AuditEvent.id > _look_back_to(session, seq))
    links = _links(list(session.execute(statement)), seq, previous)
    if links:
        session.execute(insert(AuditSeal), links)
        log.info("audit sealed", seq=links[-1]["seq"], head=links[-1]["hash"])
    return len(links)


def _look_back_to(session: Session, seq: int) -> int:
    if seq <= _LOOK_BACK:
        return 0
    recent = select(func.min(AuditSeal.event_id)).where(AuditSeal.seq > seq - _LOOK_BACK)
    return (session.scalar(recent) or 1) - 1


def _links(events: list[Row[Any]], seq: int, previous: str) -> list[dict[str, Any]]:
    links = []
    for event in events:
        seq += 1
        previous = link_hash(previous, seq, event.id, facts_of(event), event.mac)
        links.append({"seq": seq, "event_id": event.id, "hash": previous})
    return links
