"""A browser that calls a WSGI application in this process: cookies, forms, no server.

Standard library only: the peers' processes use it too, so that both sides are driven alike.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from harness.forms import Form, encode, read_forms

HOST = "localhost"
Environ = dict[str, Any]


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    def form(self, wanted: str) -> Form:
        """Return the first form whose `id` or action contains `wanted`. Raises LookupError."""
        found = read_forms(self.text)
        for form in found:
            if wanted in form.id or wanted in form.action:
                return form
        raise LookupError(f"no form {wanted!r} among {[(f.id, f.action) for f in found]}")


class UnexpectedAnswer(Exception):
    """The application did not answer as the benchmark needs; the message shows what it said."""


class Client:
    """One browser: keeps cookies, makes requests beforehand, sends them."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, expect: int = 200) -> Answer:
        """Ask for a page and keep its cookies."""
        return self.keep(self.send(self.request("GET", path)), expect)

    def post(self, path: str, fields: Mapping[str, str], *, expect: int) -> Answer:
        """Send a form and keep the answer's cookies."""
        return self.keep(self.send(self.request("POST", path, fields)), expect)

    def request(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        multipart: bool = False,
    ) -> Environ:
        """Make a request, to be sent once: its body is read."""
        body, content_type = encode(fields or {}, multipart=multipart)
        parts = urlsplit(path)
        environ: Environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path, "latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "HTTP_USER_AGENT": "tongban-bench",
            "HTTP_ACCEPT": "text/html",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if fields is not None:
            environ |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        for name, value in (headers or {}).items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def send(self, environ: Environ) -> Answer:
        """Call the application; this alone is what a benchmark times."""
        start: list[Any] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
            start[:] = [int(status[:3]), headers]

        parts = self._app(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return Answer(start[0], start[1], body)

    def keep(self, answer: Answer, expect: int) -> Answer:
        """Keep an answer's cookies. Raises UnexpectedAnswer when it has another status."""
        if answer.status != expect:
            raise UnexpectedAnswer(f"{answer.status} instead of {expect}: {_gist(answer)}")
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                for cookie in SimpleCookie(value).values():
                    self.cookies[cookie.key] = cookie.coded_value
        return answer


def _gist(answer: Answer) -> str:
    place = answer.header("location")
    return f"to {quote(place)}" if place else answer.body.decode(errors="replace")[-1500:]
