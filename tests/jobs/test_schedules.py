"""Schedules are advanced once, by whichever process is first, and do not pile up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.jobs import schedules
from tongban.jobs.models import Job, Schedule
from tongban.jobs.registry import JobKind, JobRegistry, ScheduleSpec
from tongban.jobs.runner import run_pending
from tongban.pluginhost.errors import PluginError
from tongban.web.refusals import NotFoundHere
from tongban.web.runtime import Runtime

UseJobs = Callable[..., JobRegistry]

NIGHTLY = ScheduleSpec("test.nightly", "0 18 * * *", "test.job")
NOON = datetime(2024, 9, 14, 12, 0, tzinfo=UTC)


def number_of_jobs(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Job)) or 0


def use_nightly(runtime: Runtime, use_jobs: UseJobs, recorder: Any) -> JobRegistry:
    return use_jobs(runtime, JobKind("test.job", recorder.works), schedules=(NIGHTLY,))


def test_a_schedule_enqueues_its_job_at_its_time(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_nightly(runtime, use_jobs, recorder)
    with clock.travel(to=NOON):
        assert run_pending(runtime, tick=True).done == 0
    with clock.travel(to=NOON + timedelta(hours=7)):
        assert run_pending(runtime, tick=True).done == 1
        assert run_pending(runtime, tick=True).done == 0
    with clock.travel(to=NOON + timedelta(hours=31)):
        assert run_pending(runtime, tick=True).done == 1


def test_what_was_missed_is_done_once(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    use_nightly(runtime, use_jobs, recorder)
    with clock.travel(to=NOON):
        run_pending(runtime, tick=True)
    with clock.travel(to=NOON + timedelta(days=10)):
        assert run_pending(runtime, tick=True).done == 1


def test_a_job_that_waits_is_not_enqueued_a_second_time(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_nightly(runtime, use_jobs, recorder)
    with clock.travel(to=NOON):
        schedules.tick(db, registry)
    for day in range(1, 4):
        with clock.travel(to=NOON + timedelta(days=day)):
            assert schedules.tick(db, registry) == ["test.nightly"]
    assert number_of_jobs(db) == 1


def test_a_paused_schedule_rests_until_it_is_resumed(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_nightly(runtime, use_jobs, recorder)
    with clock.travel(to=NOON):
        schedules.tick(db, registry)
        schedules.pause(db, None, "test.nightly")
    with clock.travel(to=NOON + timedelta(days=2)):
        assert schedules.tick(db, registry) == []
        schedules.resume(db, None, registry, "test.nightly")
        assert schedules.tick(db, registry) == [], "resuming must not make up for the pause"
    with clock.travel(to=NOON + timedelta(days=3)):
        assert schedules.tick(db, registry) == ["test.nightly"]


def test_a_schedule_can_be_run_at_once(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_nightly(runtime, use_jobs, recorder)
    schedules.tick(db, registry)
    assert schedules.run_now(db, None, registry, "test.nightly") is not None
    assert schedules.run_now(db, None, registry, "test.nightly") is None
    with pytest.raises(NotFoundHere):
        schedules.run_now(db, None, registry, "test.unknown")
    with pytest.raises(NotFoundHere):
        schedules.pause(db, None, "test.unknown")


def test_a_changed_cron_expression_is_taken_over(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    registry = use_nightly(runtime, use_jobs, recorder)
    with clock.travel(to=NOON):
        schedules.tick(db, registry)
        changed = ScheduleSpec("test.nightly", "30 12 * * *", "test.job")
        registry = use_jobs(runtime, JobKind("test.job", recorder.works), schedules=(changed,))
        schedules.tick(db, registry)
        (facts,) = schedules.listed(db, registry)
    assert facts.next_run_at == NOON + timedelta(minutes=30)


def test_a_schedule_of_a_plugin_that_is_gone_is_shown_and_can_be_forgotten(
    runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs
) -> None:
    schedules.tick(db, use_nightly(runtime, use_jobs, recorder))
    empty = use_jobs(runtime)
    assert [facts.declared for facts in schedules.listed(db, empty)] == [False]
    assert schedules.tick(db, empty) == []
    schedules.forget(db, "test.nightly")
    assert schedules.listed(db, empty) == []


@pytest.mark.parametrize(
    ("kind", "schedule", "reason"),
    [
        ("other.job", ScheduleSpec("mail.x", "* * * * *", "other.job"), "must start with mail"),
        ("mail.job", ScheduleSpec("mail.x", "* * * * *", "mail.nothing"), "no job kind"),
        ("mail.job", ScheduleSpec("mail.x", "every day", "mail.job"), "every day"),
        ("mail.job", ScheduleSpec("mail.x", "0 0 30 2 *", "mail.job"), "0 0 30 2"),
        ("mail.Job", ScheduleSpec("mail.x", "* * * * *", "mail.Job"), "dotted lowercase"),
    ],
)
def test_a_bad_declaration_stops_the_start_with_the_plugins_name(
    kind: str, schedule: ScheduleSpec, reason: str, recorder: Any
) -> None:
    with pytest.raises(PluginError, match=reason) as caught:
        JobRegistry([("mail", JobKind(kind, recorder.works))], [("mail", schedule)])
    assert caught.value.plugin_id == "mail"


@pytest.mark.commits
def test_many_tickers_enqueue_once(own_runtime: Runtime, recorder: Any, use_jobs: UseJobs) -> None:
    registry = use_nightly(own_runtime, use_jobs, recorder)
    with own_runtime.unit_of_work() as session:
        schedules.tick(session, registry)
        past = clock.now() - timedelta(hours=1)
        session.query(Schedule).update({"next_run_at": past})
    ticked: list[str] = []
    ready = threading.Barrier(4)

    def tick() -> None:
        ready.wait()
        with own_runtime.unit_of_work() as session:
            ticked.extend(schedules.tick(session, registry))

    threads = [threading.Thread(target=tick) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ticked == ["test.nightly"]


def test_the_kernels_own_jobs_run(runtime: Runtime, db: Session) -> None:
    """Each schedule of the kernel names a job that works on an empty campus."""
    registry = JobRegistry.from_host(runtime.host)
    runtime.__dict__["jobs"] = registry
    run_pending(runtime, tick=True)
    for spec in registry.schedules():
        schedules.run_now(db, None, registry, spec.name)
    db.commit()
    report = run_pending(runtime)
    assert report.failed == 0
    assert report.done == len(registry.schedules())
