"""Storing contained failures: after requests that write, and by the job engine between jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from tongban.pluginhost.failures import store_failures
from tongban.web.requests import READING_METHODS

if TYPE_CHECKING:
    from pyramid.registry import Registry
    from pyramid.request import Request
    from pyramid.response import Response

    from tongban.web.runtime import Runtime

log = structlog.get_logger("tongban.plugins")


def flush_failures(runtime: Runtime) -> int:
    """Store what plugins failed at since the last time; return how many failures that were.

    Never raises: a failure that cannot be stored is in the log already.
    """
    failures = runtime.host.failures.take()
    if not failures:
        return 0
    try:
        with runtime.unit_of_work() as session:
            return store_failures(session, failures)
    except Exception as error:  # the database is away; the request has its own say about that
        log.error("could not store failures of plugins", number=len(failures), exc_info=error)
        return 0


def storing_tween(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Store failures after a request that writes, when its own transaction is over."""
    runtime: Runtime = registry["tongban.runtime"]

    def handle(request: Request) -> Response:
        response = handler(request)
        if request.method not in READING_METHODS:
            flush_failures(runtime)
        return response

    return handle
