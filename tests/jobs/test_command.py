"""`tongban jobs` on a database of its own, as an operator runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update

from tongban.cli import cli
from tongban.jobs.models import Job
from tongban.jobs.services import enqueue
from tongban.web.runtime import Runtime

pytestmark = pytest.mark.commits

Run = Callable[..., Result]


def url_of(runtime: Runtime) -> str:
    return runtime.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def settings_file(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath / "etc/testing.ini"


@pytest.fixture
def run(own_runtime: Runtime, settings_file: Path) -> Run:
    """Run `tongban …` on the runtime's database."""

    def invoke(*arguments: str) -> Result:
        given = ["--config", str(settings_file), *arguments]
        return CliRunner().invoke(cli, given, env={"TONGBAN_DATABASE_URL": url_of(own_runtime)})

    return invoke


def dead_job(runtime: Runtime) -> int:
    with runtime.unit_of_work() as session:
        job_id = enqueue(session, "audit.seal")
        assert job_id is not None
        session.execute(update(Job).values(state="dead", last_error="Trace\nOSError: gone"))
    return job_id


def test_dead_jobs_are_listed_retried_and_run(own_runtime: Runtime, run: Run) -> None:
    job_id = dead_job(own_runtime)
    listed = run("jobs", "list").output
    assert "0 ready, 0 running, 1 dead" in listed
    assert "OSError: gone" in listed
    assert "1 jobs are ready again" in run("jobs", "retry", str(job_id)).output
    again = run("jobs", "retry", str(job_id))
    assert again.exit_code == 1
    assert "已不是失败状态" in again.output
    assert "1 done, 0 failed" in run("jobs", "run", "--once").output


def test_retrying_needs_to_know_which(own_runtime: Runtime, run: Run) -> None:
    assert "name the ids" in run("jobs", "retry").output
    dead_job(own_runtime)
    assert "1 jobs are ready" in run("jobs", "retry", "--all-dead").output
    assert "不存在" in run("jobs", "discard", "999").output


def test_a_dead_job_is_discarded(own_runtime: Runtime, run: Run) -> None:
    assert "1 jobs discarded" in run("jobs", "discard", str(dead_job(own_runtime))).output
    assert "0 dead" in run("jobs", "list").output


def test_schedules_are_listed_paused_and_resumed(run: Run) -> None:
    run("jobs", "run", "--once")
    assert "audit.seal  * * * * *" in run("jobs", "schedules").output
    assert (
        "audit.seal  * * * * *  paused" in run("jobs", "schedules", "--pause", "audit.seal").output
    )
    assert "paused" not in run("jobs", "schedules", "--resume", "audit.seal").output
    unknown = run("jobs", "schedules", "--pause", "no.such")
    assert unknown.exit_code == 1
    assert "不存在" in unknown.output


@pytest.mark.slow
def test_a_process_of_its_own_runs_jobs_until_it_is_told_to_stop(
    own_runtime: Runtime, settings_file: Path
) -> None:
    with own_runtime.unit_of_work() as session:
        enqueue(session, "audit.seal")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tongban.cli import main; main()",
            "--config",
            str(settings_file),
            "jobs",
            "run",
        ],
        env={**os.environ, "TONGBAN_DATABASE_URL": url_of(own_runtime)},
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not _done(own_runtime):
            time.sleep(0.1)
        assert _done(own_runtime)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def _done(runtime: Runtime) -> bool:
    with runtime.unit_of_work(writes=False) as session:
        return bool(session.scalar(select(func.count()).where(Job.state == "done")))
