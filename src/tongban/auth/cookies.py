"""The session cookie: a random token, readable by no script, sent to no other site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webob.cookies import make_cookie

from tongban.auth.sessions import SessionLimits, is_token

if TYPE_CHECKING:
    from pyramid.request import Request

_NAME = "tongban_session"
# A browser takes a __Host- cookie from this very host alone, and over https (RFC 6265bis).
_NAME_OVER_HTTPS = "__Host-tongban"


def cookie_name(request: Request) -> str:
    """Return the name of the session cookie."""
    return _NAME_OVER_HTTPS if request.runtime.settings["web.https"] else _NAME


def session_token(request: Request) -> str | None:
    """Return the token that the browser sent, or None if there is none of that form."""
    token = request.cookies.get(cookie_name(request), "")
    return token if is_token(token) else None


def signed_in_headers(request: Request, token: str, *, keep: bool) -> list[tuple[str, str]]:
    """Return headers that give the browser a session; it keeps one past its closing if asked."""
    limits = SessionLimits.of(request.runtime.settings)
    return [_header(request, token, int(limits.keep.total_seconds()) if keep else None)]


def signed_out_headers(request: Request) -> list[tuple[str, str]]:
    """Return headers that take the session from the browser."""
    return [_header(request, "", 0)]


def _header(request: Request, value: str, max_age: int | None) -> tuple[str, str]:
    cookie = make_cookie(
        cookie_name(request),
        value or None,
        max_age=max_age,
        path="/",
        secure=request.runtime.settings["web.https"],
        httponly=True,
        samesite=b"Lax",
    )
    return ("Set-Cookie", cookie)
