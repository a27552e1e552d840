"""Runs fragments of plugins under a time budget.

A thread cannot be stopped from outside, so a fragment that overruns is abandoned with its worker
and its database session, and the page goes on without it. Fragments of one call share a worker
and a session: one thread hop a page, not one a fragment. After a fragment that overruns, the
others of its plugin are left out of that call. A fragment that overruns repeatedly is left out for
a while, so that hanging code cannot eat the workers; when too many workers hang anyway, every
fragment rests until some come back.
"""

from __future__ import annotations

import contextvars
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tongban.pluginhost.failures import CONTAINED

log = structlog.get_logger("tongban.plugins")

OpenSession = Callable[[], AbstractContextManager[Session]]

_OVERRUNS_BEFORE_REST = 2
_REST_SECONDS = 60.0
_MOST_ABANDONED = 8


@dataclass
class Step:
    """One call to make: `call(session)`; `key` identifies it for the circuit breaker."""

    key: tuple[str, str]
    call: Callable[[Session | None], Any]


@dataclass
class Outcome:
    """What became of a step: a value, an error, or an overrun."""

    state: Literal["done", "error", "slow", "resting"]
    value: Any = None
    error: BaseException | None = None


@dataclass
class _Batch:
    """Steps on their way. `guard` protects what both sides write, `ended` is free at the end.

    The caller is woken once, not after each step: waking a thread costs more than most steps.
    """

    steps: Sequence[Step]
    open_session: OpenSession | None
    outcomes: list[Outcome] = field(default_factory=list)
    started: float = 0.0
    abandoned: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.ended.acquire()


class BudgetRunner:
    """Runs steps in order, each within `budget_seconds`."""

    def __init__(self, budget_seconds: float) -> None:
        self.budget_seconds = budget_seconds
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._abandoned = 0
        self._overruns: dict[tuple[str, str], int] = {}
        self._resting_until: dict[tuple[str, str], float] = {}

    def run(self, steps: Sequence[Step], open_session: OpenSession | None) -> list[Outcome]:
        """Return one outcome a step, in order. Never raises for what a step does."""
        outcomes: list[Outcome] = []
        late: set[str] = set()
        while len(outcomes) < len(steps):
            stretch = self._next_stretch(steps[len(outcomes) :], late)
            if stretch:
                outcomes += self._run_stretch(stretch, open_session)
                last = steps[len(outcomes) - 1]
                if outcomes[-1].state == "slow":
                    late.add(last.key[0])
            else:
                outcomes.append(self._left_out(steps[len(outcomes)], late))
        return outcomes

    def _next_stretch(self, steps: Sequence[Step], late: set[str]) -> Sequence[Step]:
        """Return the steps up to the first that must rest, or whose plugin was late just now."""
        if self._abandoned >= _MOST_ABANDONED:
            return ()
        for index, step in enumerate(steps):
            if step.key[0] in late or self._resting(step.key):
                return steps[:index]
        return steps

    def _left_out(self, step: Step, late: set[str]) -> Outcome:
        """A plugin that hangs in all its fragments costs a page its budget once, not each time."""
        if step.key[0] in late:
            with self._lock:
                self._count_overrun(step.key)
        return Outcome("resting")

    def _run_stretch(
        self, steps: Sequence[Step], open_session: OpenSession | None
    ) -> list[Outcome]:
        batch = _Batch(steps, open_session)
        worker = self._worker()
        batch.started = time.monotonic()
        worker.submit(batch)
        outcomes = self._wait_for(batch)
        for step in steps[: len(outcomes)]:
            self._overruns.pop(step.key, None)
        if not batch.abandoned:
            self._idle.put(worker)
            return outcomes
        self._note_overrun(steps[len(outcomes)].key)
        return [*outcomes, Outcome("slow")]

    def _wait_for(self, batch: _Batch) -> list[Outcome]:
        """Return the outcomes when all are there, or as many as there are at an overrun."""
        left = self.budget_seconds
        while not batch.ended.acquire(timeout=left):
            with batch.guard:
                left = batch.started + self.budget_seconds - time.monotonic()
                if left <= 0 and len(batch.outcomes) < len(batch.steps):
                    batch.abandoned = True
                    break
            left = max(left, 0.001)  # the next step is within its own budget, or about to end
        with batch.guard:
            return list(batch.outcomes)

    def _worker(self) -> _Worker:
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return _Worker(self._came_back)
            if worker.process == os.getpid():  # threads do not survive a fork
                return worker

    def _note_overrun(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._abandoned += 1
            self._count_overrun(key)

    def _count_overrun(self, key: tuple[str, str]) -> None:
        count = self._overruns.get(key, 0) + 1
        self._overruns[key] = count
        if count >= _OVERRUNS_BEFORE_REST:
            self._resting_until[key] = time.monotonic() + _REST_SECONDS

    def _came_back(self) -> None:
        with self._lock:
            self._abandoned -= 1

    def _resting(self, key: tuple[str, str]) -> bool:
        until = self._resting_until.get(key)
        if until is None:
            return False
        if time.monotonic() < until:
            return True
        self._resting_until.pop(key, None)
        return False


class _Worker:
    """A daemon thread that runs batches, and ends after one that was abandoned."""

    def __init__(self, came_back: Callable[[], None]) -> None:
        self.process = os.getpid()
        self._came_back = came_back
        self._batches: queue.SimpleQueue[tuple[_Batch, contextvars.Context]] = queue.SimpleQueue()
        threading.Thread(target=self._loop, name="tongban-slot", daemon=True).start()

    def submit(self, batch: _Batch) -> None:
        """Run `batch` in the caller's context (log variables)."""
        self._batches.put((batch, contextvars.copy_context()))

    def _loop(self) -> None:
        while True:
            batch, context = self._batches.get()
            context.run(_run_batch, batch)
            with batch.guard:
                abandoned = batch.abandoned
            if abandoned:
                self._came_back()
                return


class _SharedSession:
    """A reading session that the steps of a batch share, opened when one is about to run."""

    def __init__(self, open_session: OpenSession | None) -> None:
        self._open = open_session
        self._stack = ExitStack()
        self._session: Session | None = None
        self.used = False

    def get(self) -> Session | None:
        """Return the session, opened if need be."""
        if self._session is None and self._open is not None:
            self._session = self._stack.enter_context(self._open())
            self.used = False
        return self._session

    def close(self) -> None:
        """Give the connection back; the next step gets a new one."""
        self._session = None
        try:
            self._stack.close()
        except CONTAINED as error:
            log.warning("a reading session could not be closed", exc_info=error)


def _run_batch(batch: _Batch) -> None:
    shared = _SharedSession(batch.open_session)
    try:
        for index, step in enumerate(batch.steps):
            outcome = _outcome(step, shared)
            if outcome.error is not None or index + 1 == len(batch.steps):
                # A failed statement may have spoilt the transaction; and at the end the session is
                # closed before the caller goes on, since a test may share the connection.
                shared.close()
            with batch.guard:
                if batch.abandoned:
                    return
                batch.outcomes.append(outcome)
                batch.started = time.monotonic()
    finally:
        shared.close()
        batch.ended.release()


def _outcome(step: Step, shared: _SharedSession) -> Outcome:
    try:
        return Outcome("done", value=_call(step, shared))
    except CONTAINED as error:
        return Outcome("error", error=error)


def _call(step: Step, shared: _SharedSession) -> Any:
    session, used = shared.get(), shared.used
    shared.used = True
    try:
        return step.call(session)
    except DBAPIError:
        if not used:
            raise
        # The step before may have swallowed an error that spoilt the shared transaction.
        shared.close()
        return step.call(shared.get())
