"""Who is asking: `request.signed_in` and `request.viewer`, at one statement a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from tongban import clock
from tongban.auth.cookies import session_token
from tongban.auth.sessions import TOUCH_EVERY, SessionLimits, SignedIn, find_session, touch
from tongban.permissions.viewer import Viewer

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

log = structlog.get_logger("tongban.auth")

# Asked by open pages on their own: a forgotten one must not keep its session alive.
_UNATTENDED = frozenset({"tongban.counters"})


def signed_in(request: Request) -> SignedIn | None:
    """Return the living session of the browser's cookie, or None."""
    token = session_token(request)
    if token is None:
        return None
    found = find_session(request.db, token, limits=SessionLimits.of(request.runtime.settings))
    if found is None:
        return None
    structlog.contextvars.bind_contextvars(person_id=found.person_id)
    request.add_response_callback(_keep_from_shared_caches)
    _note_use(request, found)
    return found


def viewer(request: Request) -> Viewer | None:
    """Return the signed-in person with what they may, or None."""
    found: SignedIn | None = request.signed_in
    if found is None:
        return None
    permissions = request.runtime.permission_cache.permissions_of(
        request.db, found.person_id, found.kind, generation=found.generation
    )
    return Viewer(
        person_id=found.person_id,
        account_id=found.account_id,
        number=found.number,
        name=found.name,
        kind=found.kind,
        unit_id=found.unit_id,
        unit_name=found.unit_name,
        unit_path=found.unit_path,
        title=found.title,
        session_public_id=found.public_id,
        permissions=permissions,
    )


def _note_use(request: Request, found: SignedIn) -> None:
    """Note the use of a session after the response, in a transaction of its own."""
    if clock.now() - found.seen_at < TOUCH_EVERY:
        return
    route = getattr(request, "matched_route", None)
    if route is not None and route.name in _UNATTENDED:
        return
    hashed = found.token_hash

    def store(request: Request) -> None:
        try:
            with request.runtime.unit_of_work() as session:
                touch(session, hashed)
        except Exception as error:  # the response is done; the next request tries again
            log.error("cannot note the use of a session", exc_info=error)

    request.add_finished_callback(store)


def _keep_from_shared_caches(_request: Request, response: Response) -> None:
    response.headers.setdefault("Cache-Control", "private, no-cache")


def includeme(config: Configurator) -> None:
    """Add `request.signed_in` and `request.viewer`."""
    config.add_request_method(signed_in, "signed_in", reify=True)
    config.add_request_method(viewer, "viewer", reify=True)
