"""Tables of notifications, deliveries and preferences."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, UtcDateTime


class Notification(Base):
    """One event that people are told of; `dedup_key` names it for callers that may repeat."""

    __tablename__ = "notification"

    id: Mapped[IntPk]
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(500), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    importance: Mapped[str] = mapped_column(String(12), default="normal")
    dedup_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Delivery(Base):
    """One person × one channel of a notification; the row is the idempotency record."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notification_id", "person_id", "channel"),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')", name="state"
        ),
        Index("ix_delivery_person_id_id", "person_id", "id"),
        Index(
            "ix_delivery_open",
            "notification_id",
            "channel",
            "id",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
    )

    id: Mapped[IntPk]
    notification_id: Mapped[int] = mapped_column(BigInt, ForeignKey("notification.id"))
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(String(300), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Preference(Base):
    """Whether a person wants a kind of notification on a channel."""

    __tablename__ = "notification_preference"

    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    channel: Mapped[str] = mapped_column(String(30), primary_key=True)
    wanted: Mapped[bool] = mapped_column(default=True)


class QuietHours(Base):
    """Minutes after midnight, campus time, between which a person is not disturbed."""

    __tablename__ = "notification_quiet_hours"

    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), primary_key=True)
    from_minute: Mapped[int]
    to_minute: Mapped[int]
