"""The outbox: enqueueing jobs, and what operators do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import delete, func, insert, literal_column, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.db.session import after_commit
from tongban.db.upserts import insert_or_skip
from tongban.jobs.models import Job
from tongban.jobs.waking import ring_all
from tongban.web.refusals import Conflict, NotFoundHere

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer

KEPT_DONE = timedelta(days=14)

READY = "ready"
RUNNING = "running"
DONE = "done"
DEAD = "dead"
OPEN_STATES = (READY, RUNNING, DEAD)

# Written into the statement: a bound value would not match the partial index on SQLite.
IS_READY = Job.state == literal_column("'ready'")
IS_RUNNING = Job.state == literal_column("'running'")

_COUNTS = (
    select(Job.state, func.count())
    .where(Job.state.in_([literal_column(f"'{state}'") for state in OPEN_STATES]))
    .group_by(Job.state)
)


@dataclass(frozen=True)
class Figures:
    """Numbers of the outbox: open jobs by state, age in seconds of the oldest that is due."""

    by_state: Mapping[str, int]
    oldest_ready_seconds: float

    @property
    def ready(self) -> int:
        """Jobs that wait, due or not."""
        return self.by_state[READY]

    @property
    def running(self) -> int:
        """Jobs being run."""
        return self.by_state[RUNNING]

    @property
    def dead(self) -> int:
        """Jobs that were given up."""
        return self.by_state[DEAD]


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    dedup_key: str | None = None,
    run_at: datetime | None = None,
) -> int | None:
    """Write a job in the caller's transaction and return its id; engines wake at its commit.

    None means that a job with the same `dedup_key` is waiting or running already. `run_at` (aware)
    is the earliest moment; the payload is plain JSON: ids rather than values, and no secrets.
    """
    now = clock.now()
    values = {
        "kind": kind,
        "payload": dict(payload or {}),
        "dedup_key": dedup_key,
        "run_at": run_at or now,
        "state": READY,
        "created_at": now,
    }
    if dedup_key is None:
        job_id = session.execute(insert(Job).values(**values).returning(Job.id)).scalar_one()
    else:
        job_id = insert_or_skip(session, Job, values, ("dedup_key",), "id")
    if job_id is not None and (run_at is None or run_at <= now):
        after_commit(session, ring_all)
    return job_id


def figures(session: Session) -> Figures:
    """Count open jobs and find the age of the oldest that is due."""
    counts = dict.fromkeys(OPEN_STATES, 0)
    counts.update((state, number) for state, number in session.execute(_COUNTS))
    now = clock.now()
    oldest = session.scalar(select(func.min(Job.run_at)).where(IS_READY, Job.run_at <= now))
    age = (now - oldest).total_seconds() if oldest is not None else 0.0
    return Figures(counts, age)


def retry(session: Session, actor: Viewer | None, job_id: int) -> None:
    """Make a dead job ready again with all its attempts. Raises NotFoundHere or Conflict."""
    kind = _dead_kind(session, job_id)
    changed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == DEAD)
        .values(state=READY, run_at=clock.now(), attempts=0, finished_at=None, worker="")
    )
    _require_one(changed)
    _record(session, actor, "job.retry", job_id, kind)
    after_commit(session, ring_all)


def discard(session: Session, actor: Viewer | None, job_id: int) -> None:
    """Delete a dead job. Raises NotFoundHere or Conflict."""
    kind = _dead_kind(session, job_id)
    _require_one(session.execute(delete(Job).where(Job.id == job_id, Job.state == DEAD)))
    _record(session, actor, "job.discard", job_id, kind)


def dead_ids(session: Session) -> list[int]:
    """Return the ids of all dead jobs, oldest first."""
    return list(session.scalars(select(Job.id).where(Job.state == DEAD).order_by(Job.id)))


def purge_done(session: Session, *, limit: int = 5_000) -> int:
    """Delete up to `limit` jobs done more than two weeks ago and return how many."""
    old = (
        select(Job.id)
        .where(Job.state == DONE, Job.finished_at < clock.now() - KEPT_DONE)
        .order_by(Job.id)
        .limit(limit)
    )
    return rows_changed(session.execute(delete(Job).where(Job.id.in_(old))))


def rows_changed(result: Any) -> int:
    """Return how many rows an UPDATE or DELETE touched."""
    return cast("CursorResult[Any]", result).rowcount


def _dead_kind(session: Session, job_id: int) -> str:
    row = session.execute(select(Job.kind, Job.state).where(Job.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundHere("该任务不存在，可能已被清理。")
    if row.state != DEAD:
        raise Conflict("该任务已不是失败状态，请刷新后查看。")
    return str(row.kind)


def _require_one(result: Any) -> None:
    if rows_changed(result) != 1:
        raise Conflict("该任务已不是失败状态，请刷新后查看。")


def _record(session: Session, actor: Viewer | None, action: str, job_id: int, kind: str) -> None:
    record(
        session,
        action,
        actor=actor,
        object_type="job",
        object_id=job_id,
        object_name=kind,
    )
