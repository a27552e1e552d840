"""Health: alive, ready, metrics."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pyramid.httpexceptions import HTTPForbidden
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy import text

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = structlog.get_logger("tongban.web")

_LOOPBACK = ("127.0.0.1", "::1")
_BEARER = "Bearer "


def alive(_request: Request) -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


def ready(request: Request) -> dict[str, Any]:
    """Say whether requests can be served: the database answers and is migrated."""
    checks = {"database": _database_answers(request)}
    if checks["database"] == "ok":
        checks["migrations"] = _migrations_done(request)
    good = all(state == "ok" for state in checks.values())
    if not good:
        request.response.status_int = 503
    return {"status": "ok" if good else "unready", "checks": checks}


def metrics(request: Request) -> Response:
    """Metrics for Prometheus; with the configured token, or from this machine when none is set."""
    if not _may_scrape(request):
        raise HTTPForbidden
    from tongban.web.gauges import refresh_gauges

    registry = request.registry["tongban.metrics"].registry
    refresh_gauges(request.runtime, request.registry["tongban.gauges"])
    return Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may_scrape(request: Request) -> bool:
    token: str = request.runtime.settings["web.metrics_token"]
    if not token:
        return request.remote_addr in _LOOPBACK and "X-Forwarded-For" not in request.headers
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), (_BEARER + token).encode())


def _database_answers(request: Request) -> str:
    try:
        with request.runtime.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:  # whatever the driver raises, the answer is "not ready"
        log.error("database does not answer", exc_info=error)
        return "no answer"
    return "ok"


def _migrations_done(request: Request) -> str:
    from tongban.db.migrations import pending

    return "pending" if pending(request.runtime) else "ok"


def includeme(config: Configurator) -> None:
    """Add /healthz, /readyz and /metrics."""
    from tongban.web.gauges import make_gauges

    config.registry["tongban.gauges"] = make_gauges(config.registry["tongban.metrics"].registry)
    open_to_all = {"permission": NO_PERMISSION_REQUIRED, "request_method": "GET"}
    config.add_route("tongban.healthz", "/healthz")
    config.add_view(alive, route_name="tongban.healthz", renderer="json", **open_to_all)
    config.add_route("tongban.readyz", "/readyz")
    config.add_view(ready, route_name="tongban.readyz", renderer="json", **open_to_all)
    config.add_route("tongban.metrics", "/metrics")
    config.add_view(metrics, route_name="tongban.metrics", **open_to_all)
