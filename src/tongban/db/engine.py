"""Engines, and what SQLite and PostgreSQL each need to behave.

SQLite: WAL, FULL, foreign keys, BEGIN IMMEDIATE for writers, one writer at a time per process
(its own busy handler is unfair), and a rollback at check-out because a failed COMMIT leaves the
connection inside its transaction.
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

BEGIN_OPTION = "sqlite_begin"
WRITE = "IMMEDIATE"

_BUSY_TIMEOUT_MS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=MEMORY",
)


def make_engine(url: str, *, pool_size: int = 8, echo: bool = False) -> Engine:
    """Return an engine with the manners of its database.

    `pool_size` is the number of threads that use the database at once.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size, echo)
    return create_engine(
        url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, echo=echo
    )


def _sqlite_engine(url: str, pool_size: int, echo: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size * 2,
        echo=echo,
        connect_args={"check_same_thread": False},
    )
    writer = _WriterLock()
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", _leave_stale_transaction)
    event.listen(engine, "begin", writer.begin)
    event.listen(engine, "checkin", writer.checkin)
    return engine


def _prepare(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # SQLAlchemy's `begin` event emits BEGIN itself
    cursor = dbapi_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _leave_stale_transaction(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    if dbapi_connection.in_transaction:
        dbapi_connection.rollback()


class _WriterLock:
    """Lets one connection of this process write at a time, in the order they asked.

    Held until the connection goes back to the pool: the `commit` event comes before the
    statement is sent, so it would be too early.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: Any = None

    def begin(self, connection: Connection) -> None:
        dbapi = connection.connection.dbapi_connection
        if connection.get_execution_options().get(BEGIN_OPTION) != WRITE:
            connection.exec_driver_sql("BEGIN")
            return
        if self._holder is not dbapi:
            self._lock.acquire()
            self._holder = dbapi
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._release(dbapi)
            raise

    def checkin(self, dbapi_connection: Any, _record: Any) -> None:
        self._release(dbapi_connection)

    def _release(self, dbapi_connection: Any) -> None:
        if dbapi_connection is not None and self._holder is dbapi_connection:
            self._holder = None
            self._lock.release()
