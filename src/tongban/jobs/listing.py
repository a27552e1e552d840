"""Reading jobs for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.audit.details import hide_secrets
from tongban.db.keyset import Keyset, Page
from tongban.jobs.models import Job
from tongban.jobs.services import DEAD, DONE, READY, RUNNING

PAGE_SIZE = 50
STATES = (DEAD, RUNNING, READY, DONE)

_NEWEST_FIRST = Keyset(descending=True, id=Job.id)

_LISTED = select(
    Job.id,
    Job.kind,
    Job.state,
    Job.attempts,
    Job.max_attempts,
    Job.run_at,
    Job.created_at,
    Job.finished_at,
    Job.last_error,
)


@dataclass(frozen=True)
class JobDetail:
    """One job as operators see it; secrets in its payload are hidden."""

    id: int
    kind: str
    state: str
    payload: Any
    attempts: int
    max_attempts: int
    run_at: datetime
    created_at: datetime
    finished_at: datetime | None
    lease_until: datetime | None
    worker: str
    dedup_key: str
    last_error: str


def find_jobs(session: Session, state: str, kind: str, cursor: str | None) -> Page:
    """Return a page of jobs in a state, of one kind unless empty, newest first."""
    statement = _LISTED.where(Job.state == state)
    if kind:
        statement = statement.where(Job.kind == kind)
    return _NEWEST_FIRST.page(session, statement, cursor, limit=PAGE_SIZE)


def find_job(session: Session, job_id: int) -> JobDetail | None:
    """Return one job, or None."""
    row = session.execute(
        select(
            Job.id,
            Job.kind,
            Job.state,
            Job.payload,
            Job.attempts,
            Job.max_attempts,
            Job.run_at,
            Job.created_at,
            Job.finished_at,
            Job.lease_until,
            Job.worker,
            Job.dedup_key,
            Job.last_error,
        ).where(Job.id == job_id)
    ).one_or_none()
    if row is None:
        return None
    return JobDetail(
        **{
            **row._asdict(),
            "payload": hide_secrets(row.payload),
            "dedup_key": row.dedup_key or "",
        }
    )


def first_line(error: str) -> str:
    """Return what an operator reads first of a trace: its last line."""
    lines = error.strip().splitlines()
    return lines[-1] if lines else ""
