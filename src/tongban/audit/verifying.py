"""Walking the chain of seals and naming the first thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.models import AuditEvent, AuditSeal
from tongban.audit.rows import FACT_COLUMNS, facts_of
from tongban.audit.sealing import FIRST_LINK, event_mac, link_hash, same

FaultKind = Literal["changed", "forged", "missing", "gap", "reordered", "unsealed", "cut"]

# The sealing job runs every minute; an event this old without a seal means that it does not.
UNSEALED_TOO_LONG = timedelta(minutes=15)

_CHUNK = 2_000

_LINKS = (
    select(
        AuditSeal.seq,
        AuditSeal.event_id,
        AuditSeal.hash,
        AuditEvent.id,
        AuditEvent.mac,
        *FACT_COLUMNS,
    )
    .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
    .order_by(AuditSeal.seq)
)
_UNSEALED = (
    select(AuditEvent.id, AuditEvent.mac, *FACT_COLUMNS)
    .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
    .where(AuditSeal.seq.is_(None))
    .order_by(AuditEvent.id)
)


@dataclass(frozen=True)
class Fault:
    """The first thing wrong: what kind, at which event and link, in words."""

    kind: FaultKind
    event_id: int
    seq: int
    text: str


@dataclass(frozen=True)
class VerifyReport:
    """What a walk over the log found. `head_seq` and `head_hash` are worth noting elsewhere."""

    sealed: int
    unsealed: int
    head_seq: int
    head_hash: str
    fault: Fault | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


def verify(
    session: Session, *, expect: tuple[int, str] | None = None, chunk: int = _CHUNK
) -> VerifyReport:
    """Check every event and link, in order, until the first fault.

    `expect` is number and hash of a link noted earlier: it proves that the end was not cut off.
    Raises SealingError when the process has no audit key.
    """
    seq, previous = 0, FIRST_LINK
    for link in _links(session, chunk):
        fault = _link_fault(link, seq, previous) or _expectation_fault(link, expect)
        if fault is not None:
            return VerifyReport(seq, 0, seq, previous, fault)
        seq, previous = link.seq, link.hash
    if expect is not None and seq < expect[0]:
        fault = Fault("cut", 0, seq, f"the chain ends at link {seq}, before link {expect[0]}")
        return VerifyReport(seq, 0, seq, previous, fault)
    unsealed, fault = _check_unsealed(session)
    return VerifyReport(seq, unsealed, seq, previous, fault)


def _links(session: Session, chunk: int) -> Iterator[Row[Any]]:
    last = 0
    while True:
        rows = session.execute(_LINKS.where(AuditSeal.seq > last).limit(chunk)).all()
        yield from rows
        if len(rows) < chunk:
            return
        last = rows[-1].seq


def _link_fault(link: Row[Any], seq: int, previous: str) -> Fault | None:
    if link.seq != seq + 1:
        text = f"links {seq + 1} to {link.seq - 1} are missing"
        return Fault("gap", link.event_id, link.seq, text)
    if link.id is None:
        return Fault("missing", link.event_id, link.seq, f"event {link.event_id} is missing")
    facts = facts_of(link)
    if not same(event_mac(facts), link.mac):
        return Fault("changed", link.id, link.seq, f"event {link.id} was changed after it happened")
    if not same(link_hash(previous, link.seq, link.id, facts, link.mac), link.hash):
        text = f"event {link.id} does not belong at link {link.seq}: moved, or the link was changed"
        return Fault("reordered", link.id, link.seq, text)
    return None


def _expectation_fault(link: Row[Any], expect: tuple[int, str] | None) -> Fault | None:
    if expect is None or link.seq != expect[0] or same(link.hash, expect[1]):
        return None
    text = f"link {link.seq} is not the one that was noted: the chain was rewritten"
    return Fault("cut", link.event_id, link.seq, text)


def _check_unsealed(session: Session) -> tuple[int, Fault | None]:
    """Count events that wait for a seal; a forged or long forgotten one is a fault."""
    oldest_allowed = clock.now() - UNSEALED_TOO_LONG
    number = 0
    for event in session.execute(_UNSEALED.execution_options(yield_per=_CHUNK)):
        number += 1
        if not same(event_mac(facts_of(event)), event.mac):
            return number, Fault(
                "forged", event.id, 0, f"event {event.id} was not written by the platform"
            )
        if event.at < oldest_allowed:
            text = f"event {event.id} has waited for its seal since {event.at:%Y-%m-%d %H:%M} UTC"
            return number, Fault("unsealed", event.id, 0, text)
    return number, None
