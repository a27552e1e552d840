"""Writing behind: small facts noted while a page is read, stored shortly afterwards.

A GET does not write, yet a visit is worth counting. Notes are collected in memory and stored in
one transaction by a thread of their own. A killed process loses at most the last seconds, which is
right for visits and wrong for anything that somebody decided: use a transaction for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from tongban.db.session import SessionFactory, unit_of_work

log = structlog.get_logger("tongban.db")

Note = TypeVar("Note")

_SECONDS = 2.0
_MOST_WAITING = 10_000


class WriteBehind(Generic[Note]):
    """Collects notes and stores them together, at most `seconds` later.

    `store` gets a writing session and the notes in the order they came.
    """

    # Off in tests that share one connection: a thread of its own would write in between.
    by_itself: ClassVar[bool] = True

    def __init__(
        self,
        sessions: Callable[[], SessionFactory],
        store: Callable[[Session, list[Note]], None],
        *,
        seconds: float = _SECONDS,
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._seconds = seconds
        self._waiting: list[Note] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def note(self, note: Note) -> None:
        """Keep a note for the next store; the oldest are dropped when far too many wait."""
        with self._lock:
            self._waiting.append(note)
            del self._waiting[:-_MOST_WAITING]
            if self._timer is None and self.by_itself:
                self._timer = threading.Timer(self._seconds, self._tick)
                self._timer.daemon = True
                self._timer.start()

    def waiting(self) -> list[Note]:
        """Return the notes not yet stored, oldest first."""
        with self._lock:
            return list(self._waiting)

    def flush(self) -> int:
        """Store what waits now, and return how many notes that were."""
        with self._lock:
            notes, self._waiting = self._waiting, []
            self._timer = None
        if notes:
            with unit_of_work(self._sessions()) as session:
                self._store(session, notes)
        return len(notes)

    def _tick(self) -> None:
        try:
            self.flush()
        except Exception as error:  # the thread has nobody to tell but the log
            log.error("could not store notes", exc_info=error)
