"""/console/cases: cases of the services that the viewer's units own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban_workflow.overview import (
    PAGE_ROWS,
    STATUSES,
    CaseFilter,
    find_cases,
    service_names,
)
from tongban_workflow.permissions import READ_ALL

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def cases_page(request: Request) -> dict[str, Any]:
    """List cases, newest first."""
    wanted = CaseFilter(
        text=request.GET.get("q", ""),
        status=request.GET.get("status", ""),
        service=request.GET.get("service", ""),
    )
    cursor = request.GET.get("page")
    page = find_cases(request.db, request.viewer, wanted, cursor, PAGE_ROWS)
    kept = {"q": wanted.text, "status": wanted.status, "service": wanted.service}

    def url(cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = {**{name: text for name, text in kept.items() if text}, "page": cursor}
        path: str = request.route_path("workflow.console_cases", _query=query)
        return path

    return {
        "nav": "cases",
        "rows": page.rows,
        "wanted": wanted,
        "filtered": any(kept.values()),
        "statuses": STATUSES,
        "services": service_names(request.db),
        "previous_url": url(page.previous),
        "next_url": url(page.next),
    }


def includeme(config: Configurator) -> None:
    """Add /console/cases."""
    config.add_route("workflow.console_cases", "/console/cases")
    config.add_view(
        cases_page,
        route_name="workflow.console_cases",
        renderer="tongban_workflow:templates/console_cases.pt",
        permission=READ_ALL,
        request_method="GET",
    )
