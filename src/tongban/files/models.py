"""Tables of stored files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, UtcDateTime, uuid7


class StoredFile(Base):
    """A file somebody gave, addressed by the sha256 of its content.

    `guard` names who decides about reading (a plugin's answer to `tongban_may_read_file`) and
    `guard_ref` the thing it belongs to; both are empty until the file is attached to something,
    and until then only its owner reads it.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        Index("ix_stored_file_guard", "guard", "guard_ref"),
        Index("ix_stored_file_sha256", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(100))
    owner_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("person.id"))
    guard: Mapped[str] = mapped_column(String(60), default="")
    guard_ref: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
