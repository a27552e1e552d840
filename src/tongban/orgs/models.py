"""Tables of the org tree: units, positions, appointments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, UtcDateTime

UNIT_KINDS = ("school", "group", "department", "section", "faculty", "major", "class")
RANKS = ("head", "deputy", "member")


class OrgUnit(Base):
    """A node of the org tree.

    `path` is the ids from the root down to this unit, `/1/5/9/`, so that a subtree is a prefix.
    """

    __tablename__ = "org_unit"
    __table_args__ = (
        Index("ix_org_unit_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_org_unit_parent_id_sort", "parent_id", "sort"),
        CheckConstraint("status IN ('active', 'closed')", name="status"),
    )

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    short_name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    path: Mapped[str] = mapped_column(String(200))
    sort: Mapped[int] = mapped_column(default=0)
    phone: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[str] = mapped_column(String(8), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_on: Mapped[date | None]


class Position(Base):
    """A post 岗位 in a unit."""

    __tablename__ = "position"
    __table_args__ = (CheckConstraint("rank IN ('head', 'deputy', 'member')", name="rank"),)

    id: Mapped[IntPk]
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    rank: Mapped[str] = mapped_column(String(8), default="member")
    sort: Mapped[int] = mapped_column(default=0)


class Appointment(Base):
    """A person holding a post in a unit, from a day to a day; ended ones are the history."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_unit_id", "unit_id", "rank"),
        Index(
            "uq_appointment_current",
            "person_id",
            "position_id",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    position_id: Mapped[int] = mapped_column(BigInt, ForeignKey("position.id"), index=True)
    rank: Mapped[str] = mapped_column(String(8), default="member")
    is_main: Mapped[bool] = mapped_column(default=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
