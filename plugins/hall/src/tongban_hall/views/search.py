"""The hall's search: items, systems, and whatever else plugins offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban.toolkit import SearchGroup, SearchHit, search_all
from tongban_hall.permissions import USE
from tongban_hall.searching import Found, Hit, find_items, find_systems
from tongban_hall.systems import systems_for
from tongban_hall.views.browsing import viewer_shelf

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_LONGEST = 60


def search(request: Request) -> dict[str, Any]:
    """Show what is found, source by source."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    found = [group for group in find(request, text) if group.hits or group.failed] if text else []
    return {
        "nav": "hall",
        "tab": "items",
        "hide_search": True,
        "text": text,
        "found": found,
        "total": sum(len(group.hits) for group in found),
    }


def find(request: Request, text: str) -> list[Found]:
    """Return the groups of results: the hall's own, then those of other plugins."""
    own = [
        find_items(
            viewer_shelf(request).items, text, lambda key: request.link("hall.item", key=key)
        ),
        find_systems(systems_for(request.db, request.viewer.kind), text),
    ]
    others = search_all(request.runtime.host, request.reader, request.viewer, text)
    return [*own, *(_linked(request, group) for group in others)]


def _linked(request: Request, group: SearchGroup) -> Found:
    hits = [
        Hit(hit.title, hit.text, address, hit.icon or "file-text", "brand")
        for hit in group.hits
        if (address := _address(request, hit)) is not None
    ]
    return Found(group.key, group.title, hits, group.failed)


def _address(request: Request, hit: SearchHit) -> str | None:
    """Return where a hit leads, None when a plugin named a page that is not there."""
    try:
        return hit.url or str(request.link(hit.route, **hit.params))
    except KeyError:
        return None


def includeme(config: Configurator) -> None:
    """Add the page."""
    config.add_route("hall.search", "/search")
    config.add_view(
        search,
        route_name="hall.search",
        renderer="tongban_hall:templates/search.pt",
        permission=USE,
        request_method="GET",
    )
