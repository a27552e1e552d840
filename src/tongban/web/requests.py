"""What every request carries: the process's parts and the database session."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from tongban.db.session import join_manager

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from tongban.web.runtime import Runtime

_MOST_LINKS = 4_096

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def runtime_of(request: Request) -> Runtime:
    """Return the process's parts."""
    runtime: Runtime = request.registry["tongban.runtime"]
    return runtime


def database_session(request: Request) -> Session:
    """Return the request's session; a writer for unsafe methods, else reading only.

    A reading one stays outside the transaction manager: there is nothing to commit, and what a GET
    might write by mistake is rolled back when it is closed.
    """
    session: Session = request.runtime.sessions()
    request.add_finished_callback(lambda _request: session.close())
    if request.method in READING_METHODS:
        return session
    return join_manager(session, request.tm)


def reading_session(request: Request) -> AbstractContextManager[Session]:
    """Give a session of its own for reading, independent of the request's transaction."""
    runtime: Runtime = request.runtime
    return runtime.unit_of_work(writes=False)


def link(request: Request, route: str, _query: Any = None, **params: Any) -> str:
    """Return the path of a route, remembered: pages hold dozens, mostly the same ones.

    `_query` is a mapping or a sequence of pairs.
    """
    key = (request.script_name, route, _frozen(_query), tuple(params.items()))
    known: dict[Any, str] = request.registry.setdefault("tongban.links", {})
    try:
        return known[key]
    except KeyError:
        pass
    except TypeError:  # something unhashable among the values
        return str(request.route_path(route, _query=_query, **params))
    path = str(request.route_path(route, _query=_query, **params))
    if len(known) >= _MOST_LINKS:
        known.clear()
    known[key] = path
    return path


def _frozen(query: Any) -> Any:
    return tuple(query.items()) if isinstance(query, Mapping) else query


def includeme(config: Configurator) -> None:
    """Add `request.runtime`, `request.db`, `request.reader()` and `request.link(route, …)`."""
    config.add_request_method(runtime_of, "runtime", reify=True)
    config.add_request_method(database_session, "db", reify=True)
    config.add_request_method(reading_session, "reader")
    config.add_request_method(link, "link")
