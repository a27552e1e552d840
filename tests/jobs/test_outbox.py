"""Jobs are written with the business rows, done at least once, and never by two at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.jobs import claiming
from tongban.jobs.models import Job
from tongban.jobs.registry import HopelessJobError, JobContext, JobKind, JobRegistry
from tongban.jobs.runner import JobRunner, run_pending
from tongban.jobs.services import discard, enqueue, figures, purge_done, retry
from tongban.web.refusals import Conflict, NotFoundHere
from tongban.web.runtime import Runtime

UseJobs = Callable[..., JobRegistry]


def states(db: Session) -> dict[str, int]:
    db.expire_all()
    return dict(db.execute(select(Job.state, func.count()).group_by(Job.state)).all())


def the_job(db: Session) -> Job:
    db.expire_all()
    return db.scalars(select(Job)).one()


def test_a_job_runs_once_and_is_done(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    enqueue(db, "test.job", {"number": 5})
    db.commit()
    assert run_pending(runtime).done == 1
    assert run_pending(runtime).done == 0
    assert recorder.ran == [(5, 1)]
    assert states(db) == {"done": 1}


def test_a_job_of_a_rolled_back_transaction_never_was(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    enqueue(db, "test.job")
    db.rollback()
    assert run_pending(runtime).done == 0


def test_jobs_run_in_order_and_not_before_their_time(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    enqueue(db, "test.job", {"number": 3}, run_at=clock.now() + timedelta(hours=1))
    enqueue(db, "test.job", {"number": 1})
    enqueue(db, "test.job", {"number": 2})
    db.commit()
    run_pending(runtime)
    assert [number for number, _attempt in recorder.ran] == [1, 2]
    with clock.travel(by=timedelta(hours=2)):
        run_pending(runtime)
    assert [number for number, _attempt in recorder.ran] == [1, 2, 3]


def test_the_same_key_is_enqueued_once_until_it_is_done(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    assert enqueue(db, "test.job", dedup_key="sync:2024-09-14") is not None
    assert enqueue(db, "test.job", dedup_key="sync:2024-09-14") is None
    assert enqueue(db, "test.job", dedup_key="sync:2024-09-15") is not None
    db.commit()
    assert run_pending(runtime).done == 2
    assert enqueue(db, "test.job", dedup_key="sync:2024-09-14") is not None


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.fails, max_attempts=3))
    enqueue(db, "test.job", dedup_key="k")
    db.commit()
    waits = []
    for _attempt in range(2):
        assert run_pending(runtime).failed == 1
        assert run_pending(runtime).failed == 0
        job = the_job(db)
        assert job.state == "ready"
        assert "no answer from the gateway" in job.last_error
        waits.append(job.run_at - clock.now())
        db.execute(update(Job).values(run_at=clock.now()))
        db.commit()
    assert timedelta(seconds=58) < waits[0] <= timedelta(seconds=75)
    assert timedelta(seconds=118) < waits[1] <= timedelta(seconds=150)
    run_pending(runtime)
    assert the_job(db).state == "dead"
    assert [attempt for _number, attempt in recorder.ran] == [1, 2, 3]
    assert enqueue(db, "test.job", dedup_key="k") is not None, "a dead job blocks its successors"


def test_delays_double_from_one_minute_to_six_hours() -> None:
    for attempt in range(1, 60):
        assert 60 <= claiming.delay_seconds(attempt) <= 6 * 3600
    assert claiming.delay_seconds(40) >= 4.8 * 3600
    assert len({claiming.delay_seconds(4) for _turn in range(20)}) > 10, "no jitter"


def test_a_hopeless_job_is_dead_at_once(runtime: Runtime, db: Session, use_jobs: UseJobs) -> None:
    def handler(_context: JobContext) -> None:
        raise HopelessJobError("该号码已注销")

    use_jobs(runtime, JobKind("test.job", handler))
    enqueue(db, "test.job")
    db.commit()
    run_pending(runtime)
    assert the_job(db).state == "dead"


def test_what_a_failing_handler_wrote_is_undone(
    runtime: Runtime, db: Session, use_jobs: UseJobs
) -> None:
    def handler(context: JobContext) -> None:
        with context.unit_of_work() as session:
            enqueue(session, "test.other")
            raise RuntimeError

    use_jobs(runtime, JobKind("test.job", handler))
    enqueue(db, "test.job")
    db.commit()
    run_pending(runtime)
    assert db.scalar(select(func.count()).where(Job.kind == "test.other")) == 0


def test_jobs_of_kinds_that_nobody_here_knows_wait(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    enqueue(db, "later.job")
    db.commit()
    run_pending(runtime)
    assert the_job(db).state == "ready"


def test_a_job_is_claimed_by_one_worker(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_jobs(runtime, JobKind("test.job", recorder.works))
    for number in range(5):
        enqueue(db, "test.job", {"number": number})
    first = claiming.claim(db, registry, "a", 3)
    second = claiming.claim(db, registry, "b", 10)
    assert [job.payload["number"] for job in first] == [0, 1, 2]
    assert [job.payload["number"] for job in second] == [3, 4]
    assert claiming.claim(db, registry, "c", 10) == []


def test_a_job_whose_worker_died_runs_again_when_its_lease_is_out(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_jobs(runtime, JobKind("test.job", recorder.works, lease_seconds=30))
    enqueue(db, "test.job")
    (lost,) = claiming.claim(db, registry, "dead worker", 1)
    db.commit()
    assert claiming.reap(db, registry) == 0
    with clock.travel(by=timedelta(seconds=31)):
        assert claiming.reap(db, registry) == 1
        db.commit()
        assert run_pending(runtime).done == 1
    assert recorder.ran == [(0, 2)]
    assert not claiming.finish(db, lost), "a worker that lost its job may not finish it"


def test_a_job_that_kills_its_workers_is_given_up(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_jobs(runtime, JobKind("test.job", recorder.works, max_attempts=2))
    enqueue(db, "test.job")
    for turn in range(2):
        with clock.travel(by=timedelta(minutes=10 * turn)):
            assert len(claiming.claim(db, registry, f"w{turn}", 1)) == 1
        with clock.travel(by=timedelta(minutes=10 * turn + 5)):
            assert claiming.reap(db, registry) == 1
    assert the_job(db).state == "dead"
    assert "stopped in the middle" in the_job(db).last_error


def test_a_renewed_lease_keeps_the_job(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_jobs(runtime, JobKind("test.job", recorder.works, lease_seconds=30))
    enqueue(db, "test.job")
    (job,) = claiming.claim(db, registry, "w", 1)
    with clock.travel(by=timedelta(seconds=25)):
        assert claiming.renew(db, job)
    with clock.travel(by=timedelta(seconds=50)):
        assert claiming.reap(db, registry) == 0
        assert claiming.finish(db, job)


def test_what_was_claimed_but_not_begun_is_given_back(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    for number in range(4):
        enqueue(db, "test.job", {"number": number})
    db.commit()
    runner = JobRunner(runtime, batch=4)
    assert runner.run_next() == "done"
    assert states(db) == {"running": 3, "done": 1}
    runner.release()
    assert states(db) == {"ready": 3, "done": 1}
    run_pending(runtime)
    assert {attempt for _number, attempt in recorder.ran} == {1}


def test_operators_retry_and_discard_dead_jobs(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    first, second = enqueue(db, "test.job"), enqueue(db, "test.job")
    assert first is not None
    assert second is not None
    db.execute(update(Job).values(state="dead", attempts=8))
    retry(db, None, first)
    discard(db, None, second)
    with pytest.raises(Conflict):
        retry(db, None, first)
    with pytest.raises(NotFoundHere):
        discard(db, None, second)
    db.commit()
    assert run_pending(runtime).done == 1
    assert recorder.ran == [(0, 1)]


def test_figures_count_open_jobs_and_the_longest_wait(db: Session) -> None:
    before = figures(db)
    assert (before.ready, before.oldest_ready_seconds) == (0, 0.0)
    enqueue(db, "test.job", run_at=clock.now() - timedelta(minutes=5))
    enqueue(db, "test.job", run_at=clock.now() + timedelta(minutes=5))
    now = figures(db)
    assert (now.ready, now.running, now.dead) == (2, 0, 0)
    assert 299 < now.oldest_ready_seconds < 310


def test_done_jobs_are_kept_two_weeks(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(runtime, JobKind("test.job", recorder.works))
    enqueue(db, "test.job")
    db.commit()
    run_pending(runtime)
    with clock.travel(by=timedelta(days=13)):
        assert purge_done(db) == 0
    with clock.travel(by=timedelta(days=15)):
        assert purge_done(db) == 1


@pytest.mark.parametrize("payload", [{"a": 1, "b": ["中文", None, True]}, {}])
def test_the_handler_gets_the_payload_as_it_was_given(
    runtime: Runtime, db: Session, payload: dict[str, Any], use_jobs: UseJobs
) -> None:
    seen: list[JobContext] = []
    use_jobs(runtime, JobKind("test.job", seen.append))
    enqueue(db, "test.job", payload)
    db.commit()
    run_pending(runtime)
    assert seen[0].payload == payload
    assert seen[0].settings["development"] is True
