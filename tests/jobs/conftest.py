"""A registry of jobs for tests, and a second process that works on the same database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tongban.jobs.registry import JobContext, JobKind, JobRegistry, ScheduleSpec
from tongban.web.runtime import Runtime

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


class Recorder:
    """Handlers that note what they ran."""

    def __init__(self) -> None:
        self.ran: list[tuple[int, int]] = []

    def works(self, context: JobContext) -> None:
        self.ran.append((context.payload.get("number", 0), context.attempt))

    def fails(self, context: JobContext) -> None:
        self.works(context)
        raise RuntimeError("no answer from the gateway")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def use_jobs() -> Iterator[Callable[..., JobRegistry]]:
    """Let a runtime know some kinds only: `use_jobs(runtime, JobKind(…), schedules=(…,))`."""
    changed: list[Runtime] = []

    def use(
        runtime: Runtime, *kinds: JobKind, schedules: tuple[ScheduleSpec, ...] = ()
    ) -> JobRegistry:
        registry = JobRegistry(
            [("", kind) for kind in kinds], [("", schedule) for schedule in schedules]
        )
        runtime.__dict__["jobs"] = registry  # where cached_property keeps its value
        changed.append(runtime)
        return registry

    yield use
    for runtime in changed:
        runtime.__dict__.pop("jobs", None)


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `working_process.py` on a runtime's database; whatever still runs is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(runtime: Runtime, *arguments: str) -> subprocess.Popen[str]:
        url = runtime.engine.url.render_as_string(hide_password=False)
        process = subprocess.Popen(
            [sys.executable, str(HERE / "working_process.py"), str(ROOT), *arguments],
            env={**os.environ, "TONGBAN_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
