"""The counters that every page polls: a few hundred bytes, 304 when unchanged (HA-16)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pyramid.response import Response

from tongban.permissions.registry import SIGNED_IN
from tongban.web.page import merged_counts

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def counters(request: Request) -> Response:
    """Answer the signed-in person's counters as JSON with an ETag."""
    answers = request.runtime.host.gather("tongban_counters", request.reader, viewer=request.viewer)
    body = json.dumps(merged_counts(answers), sort_keys=True).encode()
    response = Response(body=body, content_type="application/json", charset="utf-8")
    response.etag = hashlib.sha256(body).hexdigest()[:16]
    response.cache_control = "private, no-cache"
    response.conditional_response = True
    return response


def includeme(config: Configurator) -> None:
    """Add /counters."""
    config.add_route("tongban.counters", "/counters")
    config.add_view(
        counters, route_name="tongban.counters", request_method="GET", permission=SIGNED_IN
    )
