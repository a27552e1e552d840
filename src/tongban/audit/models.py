"""Tables of the audit log: events, and the seals that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, JsonData, UtcDateTime


class AuditEvent(Base):
    """One thing somebody did, written in the same transaction. Never updated or deleted.

    Names are copied, not joined: the record must outlive the rows it speaks of. `mac` binds the
    content to the platform's secret from the first moment.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_actor_id_id", "actor_id", "id"),
        Index("ix_audit_event_action_id", "action", "id"),
        Index("ix_audit_event_object", "object_type", "object_id", "id"),
        Index("ix_audit_event_at", "at", "id"),
    )

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor: Mapped[str] = mapped_column(String(80), default="")
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(64), default="")
    object_name: Mapped[str] = mapped_column(String(120), default="")
    unit_id: Mapped[int | None] = mapped_column(BigInt)
    outcome: Mapped[str] = mapped_column(String(12), default="done")
    address: Mapped[str] = mapped_column(String(45), default="")
    request_id: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JsonData, default=dict)
    mac: Mapped[str] = mapped_column(String(64))


class AuditSeal(Base):
    """One link of the chain: the hash of an event and of the link before it."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInt, unique=True)
    hash: Mapped[str] = mapped_column(String(64))
