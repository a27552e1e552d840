"""From a request to plain values, and links to pages of plugins that may not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tongban.toolkit import NotFoundHere
from tongban_workflow.forms import Posted, Upload, clean_lines

if TYPE_CHECKING:
    from pyramid.request import Request

_LONGEST_NUMBER = 18


def posted_of(request: Request) -> Posted:
    """Return what the browser sent."""
    values: dict[str, list[str]] = {}
    uploads: dict[str, list[Upload]] = {}
    for name, value in request.POST.items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value)
        elif getattr(value, "filename", None):
            uploads.setdefault(name, []).append(Upload(value.filename, value.file))
    return Posted(values, uploads)


def text_of(request: Request, name: str) -> str:
    """Return a posted text, empty for none and for a file in its place."""
    value = request.POST.get(name, "")
    return clean_lines(value) if isinstance(value, str) else ""


def number_of(request: Request, name: str) -> int | None:
    """Return a posted number, or None."""
    text = text_of(request, name)
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def uuid_of(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def case_id_of(request: Request) -> UUID:
    """Return the case's id from the address. Raises NotFoundHere."""
    case_id = uuid_of(request.matchdict["case_id"])
    if case_id is None:
        raise NotFoundHere("办件不存在，或您没有查看它的权限。")
    return case_id


def new_request_id() -> str:
    """Return an id for one rendering of a form: sent twice, it is carried out once."""
    return uuid4().hex


def link(request: Request, route: str, **options: Any) -> str | None:
    """Return the address of another plugin's page, None while that plugin is not there."""
    host = request.runtime.host
    if route not in request.registry["tongban.route_names"]:
        return None
    if not host.is_enabled(route.partition(".")[0]):
        return None
    return str(request.route_path(route, **options))
