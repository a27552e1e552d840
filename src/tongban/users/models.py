"""Tables of people."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, EncryptedText, IntPk, UtcDateTime

PERSON_KINDS = ("staff", "student")


class Person(Base):
    """Who someone is. Document number and phone are encrypted, found by their keyed hash."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("kind IN ('staff', 'student')", name="kind"),
        CheckConstraint("status IN ('active', 'left')", name="status"),
        Index("ix_person_unit_id_number", "unit_id", "number"),
        Index("ix_person_name", "name", "id"),
        Index("ix_person_pinyin", "pinyin", "id"),
        Index("ix_person_initials", "initials", "id"),
    )

    id: Mapped[IntPk]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    pinyin: Mapped[str] = mapped_column(String(120), default="")
    initials: Mapped[str] = mapped_column(String(30), default="")
    kind: Mapped[str] = mapped_column(String(8))
    sex: Mapped[str] = mapped_column(String(8), default="unknown")
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    grade: Mapped[str] = mapped_column(String(8), default="")
    title: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(8), default="active")
    email: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    document_type: Mapped[str] = mapped_column(String(16), default="id_card")
    document_number: Mapped[str | None] = mapped_column(EncryptedText)
    document_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    born_on: Mapped[date | None]
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
