"""Console pages of the audit log: list, one event, export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyramid.response import Response

from tongban import clock
from tongban.audit.exporting import as_csv
from tongban.audit.forms import EventFilterForm
from tongban.audit.search import EXPORT_LIMIT, find_event, find_events
from tongban.audit.search import exported as exported_rows
from tongban.audit.services import record
from tongban.audit.titles import OUTCOMES, action_title
from tongban.console.pages import ConsolePage
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "audit.list"
_FILTERS = ("person", "family", "thing", "outcome", "since", "until")


def events(request: Request) -> dict[str, Any]:
    """List events, newest first."""
    form = _filter_form(request, request.GET)
    form.validate()
    wanted = form.wanted(request.registry["tongban.formats"].zone)
    page = find_events(request.db, wanted, request.GET.get("cursor"))
    kept = {name: request.GET[name] for name in _FILTERS if request.GET.get(name)}
    return {
        "nav": NAV,
        "events": [_listed(row) for row in page.rows],
        "values": form.values(),
        "messages": form.messages(),
        "errors": form.summary(),
        "families": form.family.choices,
        "outcomes": form.outcome.choices,
        "filtered": bool(kept),
        "kept": list(kept.items()),
        "export_limit": EXPORT_LIMIT,
        "pager_prev": _page_url(request, kept, page.previous),
        "pager_next": _page_url(request, kept, page.next),
    }


def event(request: Request) -> dict[str, Any]:
    """Show one event, its detail and its seal."""
    found = find_event(request.db, int(request.matchdict["id"]))
    if found is None:
        raise NotFoundHere("没有这条操作记录。")
    facts = found.facts
    tone, outcome = OUTCOMES.get(facts["outcome"], ("", facts["outcome"]))
    return {
        "nav": NAV,
        "event": facts,
        "event_id": int(request.matchdict["id"]),
        "title": action_title(facts["action"]),
        "tone": tone,
        "outcome": outcome,
        "detail": [(name, _shown(value)) for name, value in sorted(facts["detail"].items())],
        "seq": found.seq,
        "intact": found.intact,
    }


def export(request: Request) -> Response:
    """Download the filtered events as CSV; the export itself is recorded."""
    form = _filter_form(request, request.POST)
    form.validate()
    rows = list(exported_rows(request.db, form.wanted(request.registry["tongban.formats"].zone)))
    kept = {name: request.POST[name] for name in _FILTERS if request.POST.get(name)}
    record(
        request.db,
        "audit.export",
        actor=request.viewer,
        object_type="audit",
        detail={"filter": kept, "rows": len(rows)},
    )
    formats = request.registry["tongban.formats"]
    name = f"audit-{formats.local(clock.now()):%Y%m%d-%H%M}.csv"
    return Response(
        body=as_csv(rows, formats),
        content_type="text/csv",
        charset="utf-8",
        content_disposition=f'attachment; filename="{name}"',
    )


def _filter_form(request: Request, given: Any) -> EventFilterForm:
    form = EventFilterForm(given)
    form.offer((plugin.id, plugin.title) for plugin in request.runtime.host.plugins())
    return form


def _listed(row: Any) -> dict[str, Any]:
    tone, outcome = OUTCOMES.get(row.outcome, ("", row.outcome))
    thing = row.object_name or (f"{row.object_type} {row.object_id}".strip())
    return {
        "id": row.id,
        "at": row.at,
        "actor": row.actor or "系统",
        "title": action_title(row.action),
        "thing": thing,
        "tone": tone,
        "outcome": outcome,
        "address": row.address,
    }


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _page_url(request: Request, kept: dict[str, str], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return str(request.route_path(NAV, _query={**kept, "cursor": cursor}))


def includeme(config: Configurator) -> None:
    """Add /console/audit."""
    base = "/console/audit"
    templates = "tongban.audit:templates/"
    config.add_route(NAV, base)
    config.add_view(
        events,
        route_name=NAV,
        renderer=templates + "list.pt",
        permission="audit.view",
        request_method="GET",
    )
    config.add_route("audit.export", base + "/export")
    config.add_view(
        export, route_name="audit.export", permission="audit.export", request_method="POST"
    )
    config.add_route("audit.event", base + "/{id:[0-9]{1,18}}")
    config.add_view(
        event,
        route_name="audit.event",
        renderer=templates + "event.pt",
        permission="audit.view",
        request_method="GET",
    )
    config.add_console_page(
        ConsolePage(NAV, "运行", "操作日志", NAV, "audit.view", "history", order=910)
    )
