"""Tables of roles and grants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, UtcDateTime


class Role(Base):
    """A named set of permissions. Built-in ones keep their key."""

    __tablename__ = "role"

    id: Mapped[IntPk]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(String(200), default="")
    builtin: Mapped[bool] = mapped_column(default=False)


class RolePermission(Base):
    """One permission of a role, by the name a plugin or the kernel declared."""

    __tablename__ = "role_permission"

    role_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("role.id", ondelete="CASCADE"), primary_key=True
    )
    permission: Mapped[str] = mapped_column(String(80), primary_key=True)


class Grant(Base):
    """A role given to a person or a post on a unit, reaching its subtree unless said otherwise."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (position_id IS NULL)", name="one_holder"),
    )

    id: Mapped[IntPk]
    role_id: Mapped[int] = mapped_column(BigInt, ForeignKey("role.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("person.id"), index=True)
    position_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("position.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"), index=True)
    reaches_subtree: Mapped[bool] = mapped_column(default=True)
    granted_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
