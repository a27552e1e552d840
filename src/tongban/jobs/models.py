"""Tables of jobs and schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import IntPk, JsonData, UtcDateTime


class Job(Base):
    """Work to be done after the transaction that wrote it, at least once."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('ready', 'running', 'done', 'dead')", name="state"),
        Index(
            "ix_job_ready",
            "run_at",
            "id",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "ix_job_running",
            "lease_until",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_job_state_id", "state", "id"),
    )

    id: Mapped[IntPk]
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonData, default=dict)
    dedup_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    state: Mapped[str] = mapped_column(String(8), default="ready")
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=8)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(60), default="")
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Schedule(Base):
    """A recurring job, advanced by compare-and-set so that any process may tick."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    cron: Mapped[str] = mapped_column(String(60))
    next_run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused: Mapped[bool] = mapped_column(default=False)
