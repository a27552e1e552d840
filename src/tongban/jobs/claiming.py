"""Claiming, keeping, finishing and reaping jobs: each step a compare-and-set on the row.

A claim is one statement. PostgreSQL skips rows that others have locked (SKIP LOCKED); SQLite does
not know that clause, SQLAlchemy leaves it out, and the writer's BEGIN IMMEDIATE keeps others away.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db.session import SessionFactory, unit_of_work
from tongban.jobs.models import Job
from tongban.jobs.registry import LEASE_SECONDS, JobKind, JobRegistry
from tongban.jobs.services import DEAD, DONE, IS_READY, IS_RUNNING, READY, RUNNING, rows_changed

FIRST_DELAY_SECONDS = 75.0
LONGEST_DELAY_SECONDS = 6 * 3600.0
_LEAST_JITTER = 0.8
_LONGEST_ERROR = 4_000

_random = secrets.SystemRandom()


@dataclass(frozen=True)
class ClaimedJob:
    """A job this worker holds."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    worker: str
    lease_seconds: int


def anything_due(sessions: SessionFactory, registry: JobRegistry) -> bool:
    """Say, reading only, whether a job is due: an idle engine must not take the write lock."""
    due = exists().where(IS_READY, Job.run_at <= clock.now(), Job.kind.in_(registry.runnable()))
    with unit_of_work(sessions, writes=False) as session:
        return bool(session.scalar(select(due)))


def claim(session: Session, registry: JobRegistry, worker: str, limit: int) -> list[ClaimedJob]:
    """Take up to `limit` due jobs of kinds that may run; the caller's transaction must write."""
    now = clock.now()
    due = (
        select(Job.id)
        .where(IS_READY, Job.run_at <= now, Job.kind.in_(registry.runnable()))
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(select(due.cte("due").c.id)))
        .values(
            state=RUNNING,
            attempts=Job.attempts + 1,
            worker=worker,
            lease_until=now + timedelta(seconds=LEASE_SECONDS),
        )
        .returning(Job.id, Job.kind, Job.payload, Job.attempts, Job.run_at)
        .execution_options(synchronize_session=False)
    ).all()
    claimed = [
        ClaimedJob(row.id, row.kind, row.payload, row.attempts, worker, _lease(registry, row.kind))
        for row in sorted(rows, key=lambda row: (row.run_at, row.id))
    ]
    _set_other_leases(session, claimed, now)
    return claimed


def _lease(registry: JobRegistry, kind_name: str) -> int:
    kind = registry.kind(kind_name)
    return kind.lease_seconds if kind is not None else LEASE_SECONDS


def _set_other_leases(session: Session, claimed: Sequence[ClaimedJob], now: datetime) -> None:
    by_lease: dict[int, list[int]] = defaultdict(list)
    for job in claimed:
        if job.lease_seconds != LEASE_SECONDS:
            by_lease[job.lease_seconds].append(job.id)
    for seconds, ids in by_lease.items():
        session.execute(
            update(Job)
            .where(Job.id.in_(ids))
            .values(lease_until=now + timedelta(seconds=seconds))
            .execution_options(synchronize_session=False)
        )


def renew(session: Session, job: ClaimedJob) -> bool:
    """Extend the lease; False means that the job was taken away and must not go on."""
    lease = clock.now() + timedelta(seconds=job.lease_seconds)
    return _change(session, job, lease_until=lease)


def finish(session: Session, job: ClaimedJob) -> bool:
    """Mark a job done; its dedup key is free again."""
    return _change(
        session,
        job,
        state=DONE,
        finished_at=clock.now(),
        lease_until=None,
        dedup_key=None,
        last_error="",
    )


def release(session: Session, jobs: Sequence[ClaimedJob]) -> None:
    """Give back jobs that were claimed but not begun."""
    for job in jobs:
        _change(session, job, state=READY, lease_until=None, worker="", attempts=job.attempt - 1)


def fail(
    session: Session, job: ClaimedJob, kind: JobKind, error: str, *, give_up: bool = False
) -> bool:
    """Note a failure: ready again after a delay, or dead after the last attempt."""
    return _change(session, job, **_after_failure(job.attempt, kind.max_attempts, error, give_up))


def reap(session: Session, registry: JobRegistry) -> int:
    """Take back jobs whose lease ran out (their process died) and return how many."""
    expired = session.execute(
        select(Job.id, Job.kind, Job.attempts, Job.max_attempts, Job.worker)
        .where(IS_RUNNING, Job.lease_until < clock.now())
        .limit(200)
    ).all()
    number = 0
    for row in expired:
        kind = registry.kind(row.kind)
        most = kind.max_attempts if kind is not None else row.max_attempts
        error = f"worker {row.worker} stopped in the middle of attempt {row.attempts}"
        values = _after_failure(row.attempts, most, error, give_up=False)
        if values["state"] == READY:
            values["run_at"] = clock.now()  # the job is not to blame: no delay
        taken = session.execute(
            update(Job)
            .where(
                Job.id == row.id,
                IS_RUNNING,
                Job.attempts == row.attempts,
                Job.lease_until < clock.now(),
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        number += rows_changed(taken)
    return number


def delay_seconds(attempt: int) -> float:
    """Return how long to wait after a failed attempt (1, 2, …): 60 s, doubling, at most 6 h."""
    most: float = min(FIRST_DELAY_SECONDS * 2 ** (min(attempt, 32) - 1), LONGEST_DELAY_SECONDS)
    return most * _random.uniform(_LEAST_JITTER, 1.0)


def _after_failure(attempt: int, most: int, error: str, give_up: bool) -> dict[str, Any]:
    now = clock.now()
    values: dict[str, Any] = {
        "last_error": error.replace("\x00", "")[-_LONGEST_ERROR:],
        "lease_until": None,
        "max_attempts": most,
    }
    if give_up or attempt >= most:
        return {**values, "state": DEAD, "finished_at": now, "dedup_key": None}
    run_at: datetime = now + timedelta(seconds=delay_seconds(attempt))
    return {**values, "state": READY, "run_at": run_at, "worker": ""}


def _change(session: Session, job: ClaimedJob, **values: Any) -> bool:
    result = session.execute(
        update(Job)
        .where(
            Job.id == job.id,
            IS_RUNNING,
            Job.worker == job.worker,
            Job.attempts == job.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result) == 1
