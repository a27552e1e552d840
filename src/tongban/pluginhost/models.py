"""Tables of the plugin host: what is on, installed packages, failures, generations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, JsonData, UtcDateTime


class Generation(Base):
    """A number that grows when shared state changes; processes compare it with their own."""

    __tablename__ = "generation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInt, default=0)


class PluginState(Base):
    """A plugin switched off in the console; no row means on."""

    __tablename__ = "plugin_state"

    plugin_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ServicePackage(Base):
    """One version of a service package; one version of each id is `installed`."""

    __tablename__ = "service_package"
    __table_args__ = (
        CheckConstraint("status IN ('installed', 'superseded', 'retired')", name="status"),
        Index("uq_service_package_package_id_version", "package_id", "version", unique=True),
    )

    id: Mapped[IntPk]
    package_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    checksum: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]] = mapped_column(JsonData)
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(12), default="installed")
    installed_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("person.id"))
    installed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PluginFailure(Base):
    """A failure of a plugin that was contained; repeated ones are counted."""

    __tablename__ = "plugin_failure"
    __table_args__ = (Index("ix_plugin_failure_plugin_id_last_at", "plugin_id", "last_at"),)

    id: Mapped[IntPk]
    plugin_id: Mapped[str] = mapped_column(String(60))
    hook: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(80))
    message: Mapped[str] = mapped_column(String(300), default="")
    trace: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str] = mapped_column(String(40), default="")
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
