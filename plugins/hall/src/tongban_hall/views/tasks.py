"""The task centre's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban.toolkit import BOX_TITLES, BOXES, TaskFilter
from tongban_hall import taskcentre
from tongban_hall.permissions import USE
from tongban_hall.views.home import Tab

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_CURSOR = "at."


def tasks(request: Request) -> dict[str, Any]:
    """Show one box of tasks, with counts, filters and search (HA-2)."""
    box = taskcentre.box_named(request.GET.get("box"))
    wanted = wanted_by(request)
    wish = taskcentre.Wish(box, wanted, _cursors(request))
    found = taskcentre.look(request.runtime.host, request.reader, request.viewer, wish)
    counts = taskcentre.counts(found)
    return {
        "nav": "hall",
        "tab": "tasks",
        "box": box,
        "box_title": BOX_TITLES[box],
        "tabs": [
            Tab(
                name,
                BOX_TITLES[name],
                request.route_path("hall.tasks", _query={"box": name}),
                name == box,
                counts[name],
                hot=name == "todo",
            )
            for name in BOXES
        ],
        "wanted": wanted,
        "services": taskcentre.services(found),
        "days": taskcentre.DAYS,
        "filtered": bool(wanted.text or wanted.service or wanted.days),
        "pages": [
            {
                "key": page.key,
                "title": page.title,
                "rows": page.page.rows,
                "failed": page.failed,
                "next_url": _page_url(request, box, wanted, page.key, page.page.next_cursor),
                "previous_url": _page_url(
                    request, box, wanted, page.key, page.page.previous_cursor
                ),
            }
            for page in found
        ],
        "several": len(found) > 1,
        "is_empty": not any(page.page.rows or page.failed for page in found),
    }


def wanted_by(request: Request) -> TaskFilter:
    """Return the filter in the address; what is not understood is left out."""
    days = request.GET.get("days", "0")
    known = {str(number) for number, _text in taskcentre.DAYS}
    return TaskFilter(
        text=request.GET.get("q", "").replace("\x00", "").strip()[:60],
        service=request.GET.get("service", "")[:60],
        days=int(days) if days in known else 0,
    )


def _cursors(request: Request) -> dict[str, str]:
    return {
        name.removeprefix(_CURSOR): value
        for name, value in request.GET.items()
        if name.startswith(_CURSOR)
    }


def _page_url(
    request: Request, box: str, wanted: TaskFilter, source: str, cursor: str | None
) -> str | None:
    if cursor is None:
        return None
    query = {"box": box, "q": wanted.text, "service": wanted.service, "days": wanted.days or ""}
    kept = {name: value for name, value in query.items() if value}
    path: str = request.route_path("hall.tasks", _query={**kept, _CURSOR + source: cursor})
    return path


def includeme(config: Configurator) -> None:
    """Add the page."""
    config.add_route("hall.tasks", "/tasks")
    config.add_view(
        tasks,
        route_name="hall.tasks",
        renderer="tongban_hall:templates/tasks.pt",
        permission=USE,
        request_method="GET",
    )
