"""What every request carries: the process's parts and the database session."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from tongban.db.session import join_manager

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from tongban.web.runtime import Runtime

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def runtime_of(request: Request) -> Runtime:
    """Return the process's parts."""
    runtime: Runtime = request.registry["tongban.runtime"]
    return runtime


def database_session(request: Request) -> Session:
    """Return the request's session; a writer for unsafe methods, else reading only."""
    session: Session = request.runtime.sessions()
    request.add_finished_callback(lambda _request: session.close())
    writes = request.method not in READING_METHODS
    return join_manager(session, request.tm, writes=writes)


def reading_session(request: Request) -> AbstractContextManager[Session]:
    """Give a session of its own for reading, independent of the request's transaction."""
    runtime: Runtime = request.runtime
    return runtime.unit_of_work(writes=False)


def includeme(config: Configurator) -> None:
    """Add `request.runtime`, `request.db` and `request.reader()`."""
    config.add_request_method(runtime_of, "runtime", reify=True)
    config.add_request_method(database_session, "db", reify=True)
    config.add_request_method(reading_session, "reader")
