"""What is cleared away, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.jobs import JOBS, SCHEDULES, purge
from tongban.auth.models import Account, SessionRow, SignInAttempt
from tongban.jobs.registry import JobContext, JobRegistry
from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus
from tongban.web.runtime import Runtime


def run_purge(runtime: Runtime) -> None:
    purge(JobContext(job_id=1, kind="auth.purge", payload={}, attempt=1, runtime=runtime))


def count(db: Session, table: Any) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def test_the_job_and_its_schedule_are_well_formed() -> None:
    registry = JobRegistry([("", kind) for kind in JOBS], [("", spec) for spec in SCHEDULES])
    assert registry.schedule("auth.purge") is not None


def test_sessions_go_a_week_after_their_end(
    app: Browser, campus: Campus, runtime: Runtime, db: Session
) -> None:
    person = campus.person()
    app.sign_in(person)
    app.sign_out()
    app.sign_in(person)
    run_purge(runtime)
    assert count(db, SessionRow) == 2
    with clock.travel(by=timedelta(days=7, minutes=1)):
        run_purge(runtime)
        assert count(db, SessionRow) == 1
    with clock.travel(by=timedelta(days=7, hours=13)):
        run_purge(runtime)
        assert count(db, SessionRow) == 0


def test_attempts_are_kept_for_half_a_year(campus: Campus, runtime: Runtime, db: Session) -> None:
    """KN-8: sign-ins are kept at least 180 days."""
    campus.person()
    account_id = db.scalar(select(Account.id))
    ages = [*[181] * 2_300, *[179] * 5]
    db.execute(
        insert(SignInAttempt),
        [
            {
                "at": clock.now() - timedelta(days=days),
                "username": "1",
                "account_id": account_id,
                "outcome": "done",
            }
            for days in ages
        ],
    )
    db.commit()
    run_purge(runtime)
    assert count(db, SignInAttempt) == 5
