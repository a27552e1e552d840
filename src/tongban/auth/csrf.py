"""Cross-site request forgery: a token for every unsafe form, and a look at its origin.

Signed-in people have a token in their session row. Strangers get a signed double-submit cookie:
showing the sign-in page must not write a row, and a cookie planted from elsewhere has no signature.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyramid.exceptions import BadCSRFOrigin
from pyramid.interfaces import ICSRFStoragePolicy
from webob.cookies import make_cookie
from zope.interface import implementer

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

    from tongban.auth.sessions import SignedIn

LOGIN_ROUTE = "auth.login"

_NAME = "tongban_guest"
_NAME_OVER_HTTPS = "__Host-tongban-guest"
_NONCE_BYTES = 18
_DEFAULT_PORTS = {"http": 80, "https": 443}


@implementer(ICSRFStoragePolicy)
class SessionCsrfStorage:
    """Tokens of sessions and of strangers.

    The sign-in form speaks for nobody yet: its token is a stranger's even if a session cookie
    comes along, so that signing in needs no look-up before the password is hashed.
    """

    def get_csrf_token(self, request: Request) -> str:
        """Return the token that the request's forms carry."""
        signed_in = _session_of(request)
        if signed_in is not None:
            return signed_in.csrf_token
        return _form_token(request, _guest_nonce(request) or _give_nonce(request))

    def new_csrf_token(self, request: Request) -> str:
        """Return a new token for a stranger; a session's changes with the session."""
        signed_in = _session_of(request)
        if signed_in is not None:
            return signed_in.csrf_token
        return _form_token(request, _give_nonce(request))

    def check_csrf_token(self, request: Request, supplied_token: str) -> bool:
        """Say whether a token is the request's. Raises BadCSRFOrigin for a foreign origin."""
        check_origin(request)
        signed_in = _session_of(request)
        if signed_in is not None:
            expected = signed_in.csrf_token
        else:
            nonce = _guest_nonce(request)
            if nonce is None:
                return False
            expected = _form_token(request, nonce)
        return hmac.compare_digest(expected.encode(), supplied_token.encode(errors="replace"))


def check_origin(request: Request) -> None:
    """Raise BadCSRFOrigin if the browser says that the request comes from another site.

    Pyramid looks at the origin over https only, and demands one there.
    """
    if request.headers.get("Sec-Fetch-Site", "").lower() in ("cross-site", "same-site"):
        raise BadCSRFOrigin("the browser calls it cross-site")
    origin = request.headers.get("Origin")
    if origin is not None and not _same_host(origin, request):
        raise BadCSRFOrigin("the origin is another host")


def _same_host(origin: str, request: Request) -> bool:
    try:
        there, here = urlsplit(origin), urlsplit(f"{request.scheme}://{request.host}")
        there_port = there.port or _DEFAULT_PORTS.get(there.scheme)
        here_port = here.port or _DEFAULT_PORTS.get(here.scheme)
    except ValueError:
        return False
    # Behind a proxy that ends TLS the scheme, and with it a left-out port, may differ.
    ports_agree = there_port == here_port or not (there.port or here.port)
    return there.hostname is not None and there.hostname == here.hostname and ports_agree


def _session_of(request: Request) -> SignedIn | None:
    route = getattr(request, "matched_route", None)
    if route is not None and route.name == LOGIN_ROUTE:
        return None
    signed_in: SignedIn | None = request.signed_in
    return signed_in


def _cookie_name(request: Request) -> str:
    return _NAME_OVER_HTTPS if request.runtime.settings["web.https"] else _NAME


def _guest_nonce(request: Request) -> str | None:
    given: str | None = request.environ.get("tongban.guest_nonce")
    if given is not None:
        return given
    cookie: str = request.cookies.get(_cookie_name(request), "")
    nonce, _, signature = cookie.partition(".")
    expected = _sign(request, "guest", nonce)
    if not nonce or not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        return None
    return nonce


def _give_nonce(request: Request) -> str:
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    if "tongban.guest_nonce" not in request.environ:
        request.add_response_callback(_set_cookie)
    request.environ["tongban.guest_nonce"] = nonce
    return nonce


def _set_cookie(request: Request, response: Response) -> None:
    nonce = request.environ["tongban.guest_nonce"]
    cookie = make_cookie(
        _cookie_name(request),
        f"{nonce}.{_sign(request, 'guest', nonce)}",
        path="/",
        secure=request.runtime.settings["web.https"],
        httponly=True,
        samesite=b"Lax",
    )
    response.headerlist.append(("Set-Cookie", cookie))


def _form_token(request: Request, nonce: str) -> str:
    return _sign(request, "form", nonce)


def _sign(request: Request, purpose: str, nonce: str) -> str:
    key = bytes.fromhex(request.runtime.settings["crypto.secret"])
    message = f"csrf:{purpose}:{nonce}".encode(errors="replace")
    return hmac.new(key, message, sha256).hexdigest()


def includeme(config: Configurator) -> None:
    """Set the storage policy."""
    config.set_csrf_storage_policy(SessionCsrfStorage())
