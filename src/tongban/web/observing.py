"""Request ids, structured logs, security headers and metrics of every request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from pyramid.tweens import INGRESS

from tongban.web.requests import READING_METHODS

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request
    from pyramid.response import Response

    from tongban.web.runtime import Runtime

log = structlog.get_logger("tongban.web")

Handler = Callable[["Request"], "Response"]

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # data properties --v, --k, --ring of the components
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class RequestMetrics:
    """Prometheus metrics of requests, by route name and status class."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "tongban_request_seconds",
            "Time to answer a request, by route.",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.responses = Counter(
            "tongban_responses",
            "Responses, by route and status class.",
            ["route", "status"],
            registry=self.registry,
        )

    def observe(self, request: Request, response: Response, seconds: float) -> None:
        """Count one answered request."""
        route = request.matched_route.name if getattr(request, "matched_route", None) else "-"
        self.seconds.labels(route).observe(seconds)
        self.responses.labels(route, f"{response.status_int // 100}xx").inc()


def request_id_of(request: Request) -> str:
    """Return the proxy's request id when it is well-formed, else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex[:16]


def raw_path(request: Request) -> str:
    """Return the path as the server gave it, which may be no text at all."""
    return str(request.environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")


def observing_tween(handler: Handler, registry: Registry) -> Handler:
    """Give each request its id, take over changes made elsewhere, add headers, log and count it."""
    runtime: Runtime = registry["tongban.runtime"]
    metrics: RequestMetrics = registry["tongban.metrics"]
    headers = dict(_HEADERS)
    if runtime.settings["web.https"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"

    def observe(request: Request) -> Response:
        started = time.perf_counter()
        _begin(request)
        if not raw_path(request).startswith("/assets/"):
            _refresh(runtime)
        response = handler(request)
        if request.method not in READING_METHODS:
            _refresh(runtime, now=True)  # who changed something sees it on the next page
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = request.id
        _end(metrics, request, response, time.perf_counter() - started)
        return response

    return observe


def _begin(request: Request) -> None:
    request.id = request_id_of(request)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request.id, address=request.remote_addr or "")


def _refresh(runtime: Runtime, *, now: bool = False) -> None:
    try:
        runtime.refresh(now=now)
    except Exception as error:  # the request itself will say, in house style, what is wrong
        log.error("cannot look for changes", exc_info=error)


def _end(metrics: RequestMetrics, request: Request, response: Response, seconds: float) -> None:
    metrics.observe(request, response, seconds)
    log.info(
        "request",
        method=request.method,
        path=raw_path(request),
        status=response.status_int,
        ms=round(seconds * 1000, 1),
    )


def includeme(config: Configurator) -> None:
    """Put the observing tween outermost."""
    config.registry["tongban.metrics"] = RequestMetrics()
    config.add_tween("tongban.web.observing.observing_tween", under=INGRESS)
