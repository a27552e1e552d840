"""Engines on one database: wake-up, clean stop, a killed process, two processes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tongban.jobs import engine as engine_module
from tongban.jobs.engine import POLL_SECONDS, EmbeddedEngine
from tongban.jobs.models import Job
from tongban.jobs.registry import JobContext, JobKind, JobRegistry
from tongban.jobs.services import enqueue
from tongban.testing.browsing import make_test_app
from tongban.testing.factories import Campus
from tongban.web.runtime import Runtime

pytestmark = pytest.mark.commits

UseJobs = Callable[..., JobRegistry]
StartWorker = Callable[..., "subprocess.Popen[str]"]


def wait_until(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def state_of(runtime: Runtime, job_id: int) -> tuple[str, int]:
    with runtime.unit_of_work(writes=False) as session:
        row = session.execute(select(Job.state, Job.attempts).where(Job.id == job_id)).one()
    return (row.state, row.attempts)


def number_in(runtime: Runtime, state: str) -> int:
    with runtime.unit_of_work(writes=False) as session:
        return session.scalar(select(func.count()).where(Job.state == state)) or 0


def test_an_engine_wakes_at_the_commit_and_stops_cleanly(
    own_runtime: Runtime, recorder: Any, use_jobs: UseJobs
) -> None:
    use_jobs(own_runtime, JobKind("test.job", recorder.works))
    engine = EmbeddedEngine(own_runtime, threads=2)
    engine.start()
    time.sleep(0.3)  # the threads have looked and found nothing
    begun = time.monotonic()
    with own_runtime.unit_of_work() as session:
        enqueue(session, "test.job", {"number": 1})
    assert wait_until(lambda: bool(recorder.ran))
    assert time.monotonic() - begun < POLL_SECONDS / 2, "found by polling, not by waking"
    assert engine.stop()
    assert number_in(own_runtime, "done") == 1


def test_stopping_lets_the_running_job_end_and_gives_back_the_rest(
    own_runtime: Runtime, use_jobs: UseJobs
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def handler(_context: JobContext) -> None:
        begun.set()
        go_on.wait(10)

    use_jobs(own_runtime, JobKind("test.job", handler))
    with own_runtime.unit_of_work() as session:
        for _number in range(4):
            enqueue(session, "test.job")
    engine = EmbeddedEngine(own_runtime, threads=1)
    engine.start()
    assert begun.wait(10)
    threading.Timer(0.3, go_on.set).start()
    assert engine.stop()
    assert number_in(own_runtime, "done") == 1
    assert number_in(own_runtime, "ready") == 3


def test_a_long_job_keeps_its_lease(
    own_runtime: Runtime, use_jobs: UseJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It outlives its lease several times and still runs once."""
    monkeypatch.setattr(engine_module, "POLL_SECONDS", 0.1)
    attempts: list[int] = []

    def handler(context: JobContext) -> None:
        attempts.append(context.attempt)
        time.sleep(3.5)

    use_jobs(own_runtime, JobKind("test.job", handler, lease_seconds=1))
    with own_runtime.unit_of_work() as session:
        job_id = enqueue(session, "test.job")
    assert job_id is not None
    engine = EmbeddedEngine(own_runtime, threads=2)
    engine.start()
    assert wait_until(lambda: state_of(own_runtime, job_id)[0] == "done", 30)
    engine.stop()
    assert attempts == [1]


def test_an_engine_outlives_a_database_that_is_away(
    own_runtime: Runtime, recorder: Any, monkeypatch: pytest.MonkeyPatch, use_jobs: UseJobs
) -> None:
    use_jobs(own_runtime, JobKind("test.job", recorder.works))
    away = threading.Event()
    away.set()
    sessions = own_runtime.sessions

    class Sessions:
        def __call__(self) -> object:
            if away.is_set():
                raise ConnectionError("database is away")
            return sessions()

    monkeypatch.setattr(own_runtime, "sessions", Sessions())
    engine = EmbeddedEngine(own_runtime, threads=1)
    engine.start()
    time.sleep(0.2)
    away.clear()
    with own_runtime.unit_of_work() as session:
        enqueue(session, "test.job")
    assert wait_until(lambda: bool(recorder.ran))
    assert engine.stop()


@pytest.mark.slow
def test_a_job_whose_process_was_killed_is_done_by_another(
    own_runtime: Runtime, start_worker: StartWorker, recorder: Any, use_jobs: UseJobs
) -> None:
    """kill -9 in the middle of a handler loses nothing."""
    with own_runtime.unit_of_work() as session:
        job_id = enqueue(session, "test.job", {"number": 9})
    assert job_id is not None
    process = start_worker(own_runtime, "hang")
    assert process.stdout is not None
    assert any(line == f"say {job_id}\n" for line in process.stdout), "the job did not begin"
    assert state_of(own_runtime, job_id) == ("running", 1)
    os.kill(process.pid, signal.SIGKILL)
    use_jobs(own_runtime, JobKind("test.job", recorder.works))
    engine = EmbeddedEngine(own_runtime, threads=1)
    engine.start()
    assert wait_until(lambda: state_of(own_runtime, job_id)[0] == "done")
    engine.stop()
    assert recorder.ran == [(9, 2)]


@pytest.mark.slow
def test_two_processes_never_run_one_job_twice(
    own_runtime: Runtime, start_worker: StartWorker, tmp_path: Path
) -> None:
    number = 200
    with own_runtime.unit_of_work() as session:
        for one in range(number):
            enqueue(session, "test.job", {"number": one})
    for _process in range(2):
        start_worker(own_runtime, "work", str(tmp_path))
    assert wait_until(lambda: number_in(own_runtime, "done") == number, 40)
    begun = [path.name.partition(".")[0] for path in tmp_path.glob("*.*")]
    assert sorted(begun, key=int) == [str(one) for one in range(number)]
    workers = {path.suffix for path in tmp_path.glob("*.*")}
    assert len(workers) == 2, "one process did everything"


def test_a_request_wakes_the_engine_when_it_is_committed(
    own_runtime: Runtime, recorder: Any, use_jobs: UseJobs
) -> None:
    """Under the transaction manager of requests too."""
    use_jobs(own_runtime, JobKind("test.job", recorder.works))
    with own_runtime.unit_of_work() as session:
        campus = Campus(session, own_runtime)
        operator = campus.person()
        campus.grant(operator, "operator")
    with own_runtime.unit_of_work() as session:
        job_id = enqueue(session, "test.job")
        session.execute(update(Job).values(state="dead"))
    browser = make_test_app(own_runtime)
    browser.sign_in(operator)
    token = browser.csrf_token()
    engine = EmbeddedEngine(own_runtime, threads=1)
    engine.start()
    time.sleep(0.3)
    begun = time.monotonic()
    browser.post(f"/console/jobs/{job_id}/retry", {"csrf_token": token}, status=303)
    assert wait_until(lambda: bool(recorder.ran))
    assert time.monotonic() - begun < POLL_SECONDS / 2
    assert engine.stop()
