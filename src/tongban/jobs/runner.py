"""Running jobs: one after another in the calling thread, outside of any transaction."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import structlog

from tongban.jobs import claiming, schedules
from tongban.jobs.claiming import ClaimedJob
from tongban.jobs.registry import HopelessJobError, JobContext

if TYPE_CHECKING:
    from tongban.web.runtime import Runtime

log = structlog.get_logger("tongban.jobs")

Outcome = Literal["done", "failed", "lost"]


@dataclass
class _Hold:
    """A job in this process's hands, and when (monotonic seconds) its lease was last extended."""

    job: ClaimedJob
    since: float = field(default_factory=time.monotonic)

    @property
    def stale(self) -> bool:
        """Whether a third of the lease is gone."""
        return time.monotonic() - self.since > self.job.lease_seconds / 3

    @property
    def expired(self) -> bool:
        """Whether the lease may have run out (the process was stopped or starved)."""
        return time.monotonic() - self.since >= self.job.lease_seconds


def worker_name() -> str:
    """Return a name for this worker that no other has: host, process, random."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


class JobRunner:
    """Claims jobs and runs them; threads of one engine share it.

    Claimed jobs wait in one queue, so that a slow job holds up its own thread only.
    """

    def __init__(self, runtime: Runtime, *, batch: int = 8) -> None:
        self.runtime = runtime
        self.worker = worker_name()
        self._batch = batch
        self._waiting: deque[ClaimedJob] = deque()
        self._holds: dict[int, _Hold] = {}
        self._lock = threading.Lock()

    def run_next(self) -> Outcome | None:
        """Run one due job; None when there is none."""
        job = self._next()
        return None if job is None else self._run(job)

    def keep_leases(self) -> None:
        """Extend the leases of held jobs; called every few seconds while jobs run."""
        stale = [hold for hold in list(self._holds.values()) if hold.stale]
        if not stale:
            return
        moment = time.monotonic()
        with self.runtime.unit_of_work() as session:
            kept = [hold for hold in stale if claiming.renew(session, hold.job)]
        for hold in stale:
            if hold in kept:
                hold.since = moment
            else:
                self._holds.pop(hold.job.id, None)

    def tick(self) -> None:
        """Take back the jobs of dead workers and enqueue what schedules ask for."""
        registry = self.runtime.jobs
        if not schedules.anything_due(self.runtime.sessions, registry):
            return
        with self.runtime.unit_of_work() as session:
            taken = claiming.reap(session, registry)
            schedules.tick(session, registry)
        if taken:
            log.warning("jobs of stopped workers taken back", number=taken)

    def release(self) -> None:
        """Give back what was claimed but not begun."""
        with self._lock:
            jobs = list(self._waiting)
            self._waiting.clear()
        if jobs:
            with self.runtime.unit_of_work() as session:
                claiming.release(session, jobs)
        for job in jobs:
            self._holds.pop(job.id, None)

    # --- inside ---

    def _next(self) -> ClaimedJob | None:
        with self._lock:
            if not self._waiting:
                self._waiting.extend(self._claim())
            return self._waiting.popleft() if self._waiting else None

    def _claim(self) -> list[ClaimedJob]:
        registry = self.runtime.jobs
        if not claiming.anything_due(self.runtime.sessions, registry):
            return []
        moment = time.monotonic()
        with self.runtime.unit_of_work() as session:
            jobs = claiming.claim(session, registry, self.worker, self._batch)
        self._holds.update({job.id: _Hold(job, moment) for job in jobs})
        return jobs

    def _run(self, job: ClaimedJob) -> Outcome:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=f"job-{job.id}", job=job.kind)
        try:
            return self._run_held(job)
        finally:
            self._holds.pop(job.id, None)
            structlog.contextvars.clear_contextvars()

    def _run_held(self, job: ClaimedJob) -> Outcome:
        if not self._still_holds(job):
            log.warning("job lost before it began")
            return "lost"
        kind = self.runtime.jobs.kind(job.kind)
        if kind is None:
            raise LookupError(f"claimed a job of the unknown kind {job.kind}")
        context = JobContext(job.id, job.kind, job.payload, job.attempt, self.runtime)
        started = time.perf_counter()
        try:
            kind.handler(context)
        except Exception as error:
            log.error("job failed", attempt=job.attempt, exc_info=error)
            trace = "".join(traceback.format_exception(error))
            give_up = isinstance(error, HopelessJobError)
            with self.runtime.unit_of_work() as session:
                claiming.fail(session, job, kind, trace, give_up=give_up)
            return "failed"
        with self.runtime.unit_of_work() as session:
            kept = claiming.finish(session, job)
        log.info("job done", ms=round((time.perf_counter() - started) * 1000, 1), kept=kept)
        return "done"

    def _still_holds(self, job: ClaimedJob) -> bool:
        hold = self._holds.get(job.id)
        if hold is None:
            return False
        if not hold.expired:
            return True
        with self.runtime.unit_of_work() as session:
            return claiming.renew(session, job)


@dataclass(frozen=True)
class RunReport:
    """What `run_pending` did."""

    done: int
    failed: int


def run_pending(runtime: Runtime, *, limit: int = 1_000, tick: bool = False) -> RunReport:
    """Run the jobs that are due, and those they enqueue, in this thread; at most `limit`.

    With `tick` the schedules are looked at first. For tests and the command line.
    """
    runner = JobRunner(runtime)
    if tick:
        runner.tick()
    counts = {"done": 0, "failed": 0, "lost": 0}
    for _turn in range(limit):
        outcome = runner.run_next()
        if outcome is None:
            break
        counts[outcome] += 1
    runner.release()
    return RunReport(counts["done"], counts["failed"])
