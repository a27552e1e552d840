"""The application centre 应用中心: all services by pinyin initial (manual §3.2(13))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban_hall.catalogue.browsing import letter_groups, matching
from tongban_hall.permissions import USE
from tongban_hall.views.browsing import chosen, tiles, viewer_shelf
from tongban_hall.views.home import Tab
from tongban_hall.visits import recent_ids

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_LISTS = (("all", "全部"), ("favourites", "我的收藏"), ("recent", "最近访问"))


def apps(request: Request) -> dict[str, Any]:
    """Show all services in groups of letters, or those that match."""
    shelf = viewer_shelf(request)
    wanted = request.GET.get("list")
    current = wanted if wanted in dict(_LISTS) else "all"
    text = request.GET.get("q", "").strip()[:60]
    shown = shelf.items
    if current == "favourites":
        shown = chosen(shelf, shelf.favourites, len(shelf.items))
    elif current == "recent":
        ids = recent_ids(request.runtime, request.db, request.viewer.person_id)
        shown = chosen(shelf, ids, len(shelf.items))
    groups = letter_groups(matching(shown, text))
    return {
        "nav": "apps",
        "tab": "items",
        "tabs": [
            Tab(key, name, request.link("hall.apps", _query={"list": key}), key == current)
            for key, name in _LISTS
        ],
        "current": current,
        "text": text,
        "groups": [(group, tiles(request, shelf, group.items)) for group in groups],
    }


def includeme(config: Configurator) -> None:
    """Add the page."""
    config.add_route("hall.apps", "/apps")
    config.add_view(
        apps,
        route_name="hall.apps",
        renderer="tongban_hall:templates/apps.pt",
        permission=USE,
        request_method="GET",
    )
