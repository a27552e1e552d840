"""Generations: how processes learn that shared state changed, with one cheap read a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tongban.pluginhost.models import Generation

CHECK_SECONDS = 1.0

PLUGINS = "plugins"
PERMISSIONS = "permissions"

_ADVANCED = "tongban.advanced"

_READ_ALL = select(Generation.name, Generation.value)


def advance(session: Session, name: str) -> None:
    """Say, in the caller's transaction, that the state called `name` changed."""
    session.info.setdefault(_ADVANCED, set()).add(name)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = Generation.__table__
    session.execute(
        dialect.insert(Generation)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": table.c.value + 1})
    )


def advanced(session: Session, name: str) -> bool:
    """Say whether this session changed the state called `name` (and may not have committed)."""
    return name in session.info.get(_ADVANCED, ())


class GenerationWatch:
    """Remembers the generations this process has seen and calls who wants to know."""

    def __init__(self, engine: Engine) -> None:
        self.connect: Callable[[], AbstractContextManager[Connection]] = engine.connect
        self._seen: dict[str, int] = {}
        self._next_check = 0.0
        self._lock = threading.Lock()
        self._reloaders: dict[str, list[Callable[[], None]]] = {}

    def on_change(self, name: str, reload: Callable[[], None]) -> None:
        """Call `reload`, too, when the generation called `name` moves.

        A `reload` that raises is called again at the next check.
        """
        self._reloaders.setdefault(name, []).append(reload)

    def value(self, name: str) -> int:
        """Return the generation last seen."""
        return self._seen.get(name, 0)

    def check(self, *, now: bool = False) -> None:
        """Look at the database, at most once a second unless `now`."""
        moment = time.monotonic()
        if not now and moment < self._next_check:
            return
        if not self._lock.acquire(blocking=now):
            return  # another thread is looking
        try:
            self._next_check = moment + CHECK_SECONDS
            with self.connect() as connection:
                current = dict(connection.execute(_READ_ALL).all())
            for name in {*current, *self._seen}:
                value = current.get(name, 0)  # gone when a test's transaction was rolled back
                if self._seen.get(name) != value:
                    self._reload(name)
                    self._seen[name] = value
        finally:
            self._lock.release()

    def _reload(self, name: str) -> None:
        for reload in self._reloaders.get(name, ()):
            reload()
