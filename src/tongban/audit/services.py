"""Writing to the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import sealing
from tongban.audit.details import clean, plain_detail
from tongban.audit.models import AuditEvent
from tongban.audit.seals import seal
from tongban.audit.verifying import Fault, VerifyReport, verify

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer

__all__ = ["Actor", "Fault", "VerifyReport", "record", "seal", "verify"]

DONE = "done"
REFUSED = "refused"
FAILED = "failed"
OUTCOMES = (DONE, REFUSED, FAILED)

_LONGEST_ACTION = 60


class Acting(Protocol):
    """Whoever did it: a Viewer, or an Actor where nobody is signed in yet."""

    @property
    def person_id(self) -> int:
        """Id of the person."""

    @property
    def number(self) -> str:
        """学号 or 工号."""

    @property
    def name(self) -> str:
        """Name of the person."""


@dataclass(frozen=True)
class Actor:
    """A person who acts without being signed in (sign-in, activation, recovery)."""

    person_id: int
    number: str
    name: str


def record(
    session: Session,
    action: str,
    *,
    actor: Viewer | Actor | None = None,
    object_type: str = "",
    object_id: str | int = "",
    object_name: str = "",
    unit_id: int | None = None,
    outcome: str = DONE,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one event in the caller's transaction.

    `action` is a dotted name in the code's words (`grant.give`); `actor` None means the platform
    itself. Names are copied, so that the record outlives the rows it speaks of. Address and
    request id are those of the request or job at work. `outcome` is `done`, `refused` or `failed`.
    A refusal that rolls the transaction back takes its event with it: record it in one of its own.

    Raises ValueError for an action or outcome that cannot be stored: both are the code's words.
    """
    if not 0 < len(action) <= _LONGEST_ACTION:
        raise ValueError(f"audit action {action!r} needs 1 to {_LONGEST_ACTION} characters")
    if outcome not in OUTCOMES:
        raise ValueError(f"audit outcome {outcome!r} is none of {', '.join(OUTCOMES)}")
    around = structlog.contextvars.get_contextvars()
    facts = {
        "at": clock.now(),
        "actor_id": actor.person_id if actor is not None else None,
        "actor": clean(_name_of(actor), 80),
        "action": action,
        "object_type": clean(object_type, 40),
        "object_id": clean(str(object_id), 64),
        "object_name": clean(object_name, 120),
        "unit_id": unit_id,
        "outcome": outcome,
        "address": clean(str(around.get("address") or ""), 45),
        "request_id": clean(str(around.get("request_id") or ""), 40),
        "detail": plain_detail(detail),
    }
    session.execute(insert(AuditEvent).values(**facts, mac=sealing.event_mac(facts)))


def _name_of(actor: Acting | None) -> str:
    return "" if actor is None else f"{actor.name}（{actor.number}）"
