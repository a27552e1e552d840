"""Tables of the hall: service items and how they are sorted, favourites, visits, systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongban.toolkit import Base, BigInt, IntPk, JsonData, UtcDateTime, clock


class ServiceItem(Base):
    """What can be done at the hall: its guide, and whether it may be handled online.

    `package_id` is the service package it came from; the item outlives the package's versions.
    """

    __tablename__ = "hall_item"
    __table_args__ = (CheckConstraint("status IN ('listed', 'retired')", name="status"),)

    id: Mapped[IntPk]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    package_id: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(60))
    summary: Mapped[str] = mapped_column(String(120), default="")
    pinyin: Mapped[str] = mapped_column(String(300), default="")
    initials: Mapped[str] = mapped_column(String(60), default="")
    keywords: Mapped[str] = mapped_column(String(300), default="")
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"), index=True)
    icon: Mapped[str] = mapped_column(String(40), default="file-text")
    tone: Mapped[str] = mapped_column(String(12), default="brand")
    for_staff: Mapped[bool] = mapped_column(default=True)
    for_student: Mapped[bool] = mapped_column(default=False)
    online: Mapped[bool] = mapped_column(default=False)
    guide: Mapped[dict[str, Any]] = mapped_column(JsonData, default=dict)
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(8), default="listed")
    visits: Mapped[int] = mapped_column(BigInt, default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ItemTheme(Base):
    """A theme 主题 that an item belongs to."""

    __tablename__ = "hall_item_theme"

    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("hall_item.id", ondelete="CASCADE"), primary_key=True
    )
    theme: Mapped[str] = mapped_column(String(40), primary_key=True)


class ItemStage(Base):
    """A stage of a life on campus 轨迹 that an item belongs to."""

    __tablename__ = "hall_item_stage"

    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("hall_item.id", ondelete="CASCADE"), primary_key=True
    )
    stage: Mapped[str] = mapped_column(String(40), primary_key=True)


class Favourite(Base):
    """An item that a person starred."""

    __tablename__ = "hall_favourite"

    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("hall_item.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ItemVisit(Base):
    """When a person last opened an item, and how often."""

    __tablename__ = "hall_item_visit"
    __table_args__ = (Index("ix_hall_item_visit_recent", "person_id", "last_at"),)

    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("hall_item.id", ondelete="CASCADE"), primary_key=True
    )
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    times: Mapped[int] = mapped_column(default=1)


class ConnectedSystem(Base):
    """A business system entered from the hall 系统直通车."""

    __tablename__ = "hall_system"

    id: Mapped[IntPk]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    pinyin: Mapped[str] = mapped_column(String(200), default="")
    initials: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300))
    icon: Mapped[str] = mapped_column(String(40), default="app-window")
    tone: Mapped[str] = mapped_column(String(12), default="brand")
    for_staff: Mapped[bool] = mapped_column(default=True)
    for_student: Mapped[bool] = mapped_column(default=False)
    sort: Mapped[int] = mapped_column(default=0)
    open: Mapped[bool] = mapped_column(default=True)
