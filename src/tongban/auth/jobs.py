"""Clearing away what authentication no longer needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, delete, or_, select

from tongban import clock
from tongban.auth.models import SessionRow, SignInAttempt
from tongban.jobs.registry import JobContext, JobKind, ScheduleSpec

log = structlog.get_logger("tongban.auth")

SESSIONS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=180)
"""Network logs are kept at least six months (网络安全法, log retention)."""

_CHUNK = 1_000


def purge(context: JobContext) -> None:
    """Delete sessions that ended a week ago and attempts older than 180 days, in chunks."""
    now = clock.now()
    sessions = _delete_in_chunks(context, SessionRow.token_hash, _old_sessions(now - SESSIONS_KEPT))
    attempts = _delete_in_chunks(context, SignInAttempt.id, _old_attempts(now - ATTEMPTS_KEPT))
    log.info("purged", sessions=sessions, attempts=attempts)


def _old_sessions(before: datetime) -> Select[Any]:
    return (
        select(SessionRow.token_hash)
        .where(or_(SessionRow.expires_at < before, SessionRow.revoked_at < before))
        .limit(_CHUNK)
    )


def _old_attempts(before: datetime) -> Select[Any]:
    # Ids grow with time: the walk along the primary key stops at the first young row's chunk.
    return (
        select(SignInAttempt.id)
        .where(SignInAttempt.at < before)
        .order_by(SignInAttempt.id)
        .limit(_CHUNK)
    )


def _delete_in_chunks(context: JobContext, key: Any, chunk: Select[Any]) -> int:
    """Delete chunk after chunk, each in its own transaction: writers must not wait for all."""
    gone = 0
    while True:
        with context.unit_of_work() as session:
            keys = session.scalars(chunk).all()
            if keys:
                session.execute(delete(key.class_).where(key.in_(keys)))
        gone += len(keys)
        if len(keys) < _CHUNK:
            return gone


JOBS = (JobKind("auth.purge", purge, title="清理过期登录记录"),)
SCHEDULES = (ScheduleSpec("auth.purge", "20 18 * * *", "auth.purge", title="清理过期登录记录"),)
