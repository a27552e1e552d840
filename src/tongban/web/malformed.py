"""Requests that cannot be read at all: answered with 400 before anything looks at them.

WebOb decodes path, query and form when they are first asked for, anywhere in the application; a
path that is no UTF-8 or a form without a boundary would then be an error of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from pyramid.response import Response

from tongban.web.requests import READING_METHODS

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request

log = structlog.get_logger("tongban.web")

# Too broken for a template: those need the path and the person.
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>请求有误</title></head>
<body><main><h1>请求有误</h1><p>提交的内容无法识别，请返回上一页重试。</p>
<p><a href="/">返回首页</a></p></main></body></html>
"""


def malformed_tween(
    handler: Callable[[Request], Response], _registry: Registry
) -> Callable[[Request], Response]:
    """Refuse what cannot be decoded."""

    def handle(request: Request) -> Response:
        reason = why_unreadable(request)
        if reason is None:
            return handler(request)
        log.warning("malformed request", reason=reason)
        return Response(_PAGE, status=400, content_type="text/html", charset="utf-8")

    return handle


def why_unreadable(request: Request) -> str | None:
    """Return what of a request cannot be decoded, or None."""
    reading = request.method in READING_METHODS
    for name in ("path_info", "GET") if reading else ("path_info", "GET", "POST"):
        try:
            getattr(request, name)
        except Exception as error:  # WebOb and its multipart parser raise all sorts
            return f"{name}: {type(error).__name__}"
    if "\x00" in request.path_info:  # no page is called so, and PostgreSQL takes no such text
        return "path_info: NUL"
    return None


def includeme(config: Configurator) -> None:
    """Put the tween in front of everything that reads a request."""
    config.add_tween(
        "tongban.web.malformed.malformed_tween", under="tongban.web.observing.observing_tween"
    )
