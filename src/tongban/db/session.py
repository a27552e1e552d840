"""Sessions: one per request under the transaction manager, one per unit of work elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import zope.sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from tongban.db.engine import BEGIN_OPTION, WRITE

SessionFactory = sessionmaker[Session]

_MANAGED = "tongban.managed"
_AFTER_COMMIT = "tongban.after_commit"


def make_session_factory(engine: Engine) -> SessionFactory:
    """Return the factory of plain sessions on `engine`."""
    return sessionmaker(engine, expire_on_commit=False)


def start_writing(session: Session) -> None:
    """Begin the session's transaction as a writer (BEGIN IMMEDIATE on SQLite)."""
    session.connection(execution_options={BEGIN_OPTION: WRITE})


def join_manager(session: Session, manager: Any) -> Session:
    """Put a writing request's session under its transaction manager.

    It is registered as changed from the start: Core and text statements are otherwise invisible to
    zope.sqlalchemy and would be rolled back in silence.
    """
    zope.sqlalchemy.register(session, initial_state="changed", transaction_manager=manager)
    session.info[_MANAGED] = True
    start_writing(session)
    return session


def mark_changed(session: Session) -> None:
    """Say that a session under a transaction manager has something to commit."""
    if session.info.get(_MANAGED):
        zope.sqlalchemy.mark_changed(session)


@contextmanager
def unit_of_work(factory: SessionFactory, *, writes: bool = True) -> Iterator[Session]:
    """Give a session that commits at the end of the block and rolls back on an exception."""
    with factory() as session:
        if writes:
            start_writing(session)
        yield session
        if writes:
            session.commit()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run `call` once the session's transaction has been committed; never after a rollback."""
    waiting: list[Callable[[], None]] | None = session.info.get(_AFTER_COMMIT)
    if waiting is None:
        waiting = session.info[_AFTER_COMMIT] = []
        event.listen(session, "after_commit", _run_waiting)
        event.listen(session, "after_rollback", _drop_waiting)
    waiting.append(call)


def _run_waiting(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint was released, nothing is durable yet
        return
    waiting, session.info[_AFTER_COMMIT][:] = list(session.info[_AFTER_COMMIT]), []
    for call in waiting:
        call()


def _drop_waiting(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_AFTER_COMMIT].clear()
