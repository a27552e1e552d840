"""Flash messages: said on the next page, kept in a short-lived signed cookie.

Not in the session row: showing one would then make a GET write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webob.cookies import CookieProfile, SignedSerializer

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

COOKIE = "tongban_flash"
_LONGEST = 3
_SECONDS = 120


def _profile(request: Request) -> CookieProfile:
    settings = request.runtime.settings
    return CookieProfile(
        COOKIE,
        secure=settings["web.https"],
        httponly=True,
        samesite=b"Lax",
        max_age=_SECONDS,
        path="/",
        serializer=SignedSerializer(settings["crypto.secret"], "flash"),
    )


def flash_message(request: Request, kind: str, text: str) -> None:
    """Show `text` on the next page; `kind` is `ok`, `warn` or `bad`."""
    waiting: list[list[str]] = request.environ.setdefault("tongban.flash", [])
    waiting.append([kind, text])
    if len(waiting) == 1:
        request.add_response_callback(_set_cookie)


def take_flashes(request: Request) -> list[tuple[str, str]]:
    """Return the messages left by the request before, and forget them."""
    if COOKIE not in request.cookies:
        return []
    found = _profile(request).bind(request).get_value()
    request.add_response_callback(_forget_unless_renewed)
    if not isinstance(found, list):
        return []
    return [(str(entry[0]), str(entry[1])) for entry in found[:_LONGEST] if len(entry) == 2]


def _set_cookie(request: Request, response: Response) -> None:
    waiting = request.environ["tongban.flash"][-_LONGEST:]
    _profile(request).bind(request).set_cookies(response, waiting)


def _forget_unless_renewed(request: Request, response: Response) -> None:
    if not request.environ.get("tongban.flash"):
        response.delete_cookie(COOKIE, path="/")


def includeme(config: Configurator) -> None:
    """Add `request.flash_message(kind, text)`."""
    config.add_request_method(flash_message, "flash_message")
