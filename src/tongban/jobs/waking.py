"""Waking this process's engine when a transaction that enqueued something was committed."""

from __future__ import annotations

import threading
from weakref import WeakSet


class Bell:
    """An event that rings for one engine; weakly known, so that a stopped one is forgotten."""

    def __init__(self) -> None:
        self._event = threading.Event()
        _bells.add(self)

    def ring(self) -> None:
        """Wake whoever waits."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait until it rings, at most `seconds`."""
        self._event.wait(seconds)
        self._event.clear()


_bells: WeakSet[Bell] = WeakSet()


def ring_all() -> None:
    """Wake every engine of this process."""
    for bell in list(_bells):
        bell.ring()
