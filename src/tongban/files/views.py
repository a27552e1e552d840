"""Downloading a stored file, with headers that keep it from doing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

import structlog
from pyramid.response import FileIter, Response

from tongban.files.names import extension_of
from tongban.files.services import FileFacts, facts, may_read
from tongban.files.store import ContentMissing
from tongban.files.types import INLINE
from tongban.permissions.registry import SIGNED_IN
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = structlog.get_logger("tongban.files")

ROUTE = "files.download"

_SANDBOX = "default-src 'none'; sandbox"
# The PDF viewers of browsers do not work inside a sandbox; they run no script of the document in
# this origin.
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def download(request: Request) -> Response:
    """Send a file to somebody who may read it; with `?view` images and PDF open in the browser."""
    file = _readable(request)
    response = Response(content_type=None, conditional_response=True)
    response.headers.update(_headers(file, inline="view" in request.GET))
    response.etag = file.sha256
    response.cache_control = "private, no-cache"
    if file.sha256 in request.if_none_match:
        response.status_int = 304
        return response
    try:
        content = request.runtime.files.open(file.sha256)
    except ContentMissing:
        log.error("content of a file is missing", file=str(file.id), sha256=file.sha256)
        raise NotFoundHere("文件内容已丢失，请联系上传者重新上传。") from None
    response.app_iter = FileIter(content)
    response.content_length = file.size
    return response


def _readable(request: Request) -> FileFacts:
    """Return the file; somebody who may not read it must not learn that it exists."""
    found = facts(request.db, [UUID(request.matchdict["id"])])
    if not found or not may_read(request.db, request.runtime.host, request.viewer, found[0]):
        raise NotFoundHere("没有这个文件，或您没有查看它的权限。")
    return found[0]


def _headers(file: FileFacts, *, inline: bool) -> dict[str, str]:
    shown = inline and file.content_type in INLINE
    pdf = file.content_type == "application/pdf"
    return {
        "Content-Type": file.content_type,
        "Content-Disposition": disposition("inline" if shown else "attachment", file.name),
        "Content-Security-Policy": _PDF if shown and pdf else _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def disposition(how: str, name: str) -> str:
    """Return a Content-Disposition (RFC 6266) with the name in UTF-8 (RFC 5987) and a plain one."""
    extension = extension_of(name)
    plain = f"file.{extension}" if extension else "file"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def includeme(config: Configurator) -> None:
    """Add /files/{id}/{name}; the name is for the reader, the id decides."""
    config.add_route(ROUTE, "/files/{id:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}}/{name}")
    config.add_view(download, route_name=ROUTE, permission=SIGNED_IN, request_method="GET")
