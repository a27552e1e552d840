"""The embedded engine: job threads inside the process that serves, or in one of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from tongban.jobs.runner import JobRunner
from tongban.jobs.waking import Bell
from tongban.pluginhost.storing import flush_failures

if TYPE_CHECKING:
    from tongban.web.runtime import Runtime

log = structlog.get_logger("tongban.jobs")

POLL_SECONDS = 2.0
_LONGEST_PAUSE = 30.0
_STOP_SECONDS = 30.0


class EmbeddedEngine:
    """Runs jobs in `jobs.embedded_threads` threads, and keeps leases and schedules in one more.

    Any number of engines on any number of machines may share a database.
    """

    def __init__(self, runtime: Runtime, *, threads: int | None = None) -> None:
        self._runtime = runtime
        self._number = runtime.settings["jobs.embedded_threads"] if threads is None else threads
        self._runner = JobRunner(runtime, batch=4 * max(self._number, 1))
        self._stopping = threading.Event()
        self._bells: list[Bell] = []
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; without any configured, do nothing."""
        if self._number < 1 or self._threads:
            return
        self._stopping.clear()
        self._start("tongban-job-keeper", self._keep, Bell())
        for number in range(self._number):
            self._start(f"tongban-job-{number + 1}", self._work, Bell())
        log.info("job engine started", threads=self._number, worker=self._runner.worker)

    def stop(self, timeout: float = _STOP_SECONDS) -> bool:
        """Let running jobs end, give back the rest; False if some still run after `timeout` s.

        A job that is still running then is taken back by another worker when its lease is out.
        """
        self._stopping.set()
        for bell in self._bells:
            bell.ring()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        ended = not any(thread.is_alive() for thread in self._threads)
        if self._threads:
            self._runner.release()
            log.info("job engine stopped", clean=ended)
        self._threads, self._bells = [], []
        return ended

    def _start(self, name: str, turn: Callable[[], bool], bell: Bell) -> None:
        thread = threading.Thread(target=self._loop, args=(turn, bell), name=name, daemon=True)
        self._bells.append(bell)
        self._threads.append(thread)
        thread.start()

    def _loop(self, turn: Callable[[], bool], bell: Bell) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            try:
                busy = turn()
                pause = 0.0 if busy else POLL_SECONDS
            except Exception as error:
                pause = min(max(pause * 2, POLL_SECONDS), _LONGEST_PAUSE)
                log.error("job engine cannot work", exc_info=error, pause=pause)
            if pause:
                bell.wait(pause)

    def _work(self) -> bool:
        self._runtime.refresh()
        return self._runner.run_next() is not None

    def _keep(self) -> bool:
        self._runner.keep_leases()
        self._runner.tick()
        flush_failures(self._runtime)
        return False
