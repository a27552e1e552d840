"""Service items: the list by department, theme and life stage, and an item's guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban.toolkit import NotFoundHere
from tongban_hall.catalogue.browsing import WAYS, Way, chosen_shelf, matching, shelves
from tongban_hall.catalogue.items import ItemCard
from tongban_hall.guides import read_guide
from tongban_hall.permissions import USE
from tongban_hall.views.browsing import viewer_shelf
from tongban_hall.views.home import Tab
from tongban_hall.visits import note_visit

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_RELATED = 5


def items(request: Request) -> dict[str, Any]:
    """List the viewer's items under the headings of one way to sort them."""
    shelf = viewer_shelf(request)
    way: Way = next((key for key, _text in WAYS if key == request.GET.get("way")), "unit")
    text = request.GET.get("q", "").strip()[:60]
    groups = shelves(shelf.items, way, request.viewer.kind)
    current = chosen_shelf(groups, request.GET.get("shelf"))
    rows = matching(current.items, text) if current else []
    return {
        "nav": "hall",
        "tab": "items",
        "ways": [
            Tab(key, name, request.link("hall.items", _query={"way": key}), key == way)
            for key, name in WAYS
        ],
        "way": way,
        "way_name": dict(WAYS)[way],
        "shelves": [
            Tab(
                group.key,
                group.name,
                request.link("hall.items", _query={"way": way, "shelf": group.key}),
                group is current,
                group.size,
            )
            for group in groups
        ],
        "current": current,
        "text": text,
        "rows": [
            (item, request.link("hall.item", key=item.key), apply_url(request, item))
            for item in rows
        ],
        "audience": "学生" if request.viewer.kind == "student" else "教职工",
        "total": len(shelf.items),
        "online_total": sum(apply_url(request, one) is not None for one in shelf.items),
    }


def item(request: Request) -> dict[str, Any]:
    """Show an item's guide, with 在线办理 where somebody handles it."""
    shelf = viewer_shelf(request)
    found = shelf.catalogue.by_key.get(request.matchdict["key"])
    if found is None or found.id not in shelf.by_id:
        raise NotFoundHere("该事项不存在，或不面向您开放。", title="没有找到该事项")
    note_visit(request.runtime, request.viewer.person_id, found.id)
    return {
        "nav": "hall",
        "tab": "items",
        "hide_tabs": True,
        "item": found,
        "guide": read_guide(request.db, found.id, found.unit_name),
        "apply_url": apply_url(request, found),
        "starred": found.id in shelf.favourites,
        "star_url": request.link("hall.favourite", key=found.key),
        "figures": figures(request, found),
        "related": [
            (other, request.link("hall.item", key=other.key))
            for other in related(shelf.items, found)
        ],
        "unit_url": request.link("hall.items", _query={"shelf": str(found.unit_id)}),
    }


def apply_url(request: Request, found: ItemCard) -> str | None:
    """Return where the viewer applies online, None where it is not supported."""
    if not found.online:
        return None
    answer: str | None = request.runtime.host.decide(
        "tongban_apply_url",
        denial=None,
        viewer=request.viewer,
        item_key=found.key,
        url=request.link,
    )
    return answer


def figures(request: Request, found: ItemCard) -> list[tuple[str, str]]:
    """Return figures of the item from whichever plugins keep some."""
    answers = request.runtime.host.gather(
        "tongban_item_figures", request.reader, item_key=found.key
    )
    return [pair for answer in answers for pair in answer.value or ()]


def related(items_of_viewer: list[ItemCard], found: ItemCard) -> list[ItemCard]:
    """Return items that share a theme or the department, the closest first."""
    ranked = [
        (2 * len(other.themes & found.themes) + (other.unit_id == found.unit_id), other)
        for other in items_of_viewer
        if other.id != found.id
    ]
    ranked.sort(key=lambda pair: -pair[0])
    return [other for closeness, other in ranked[:_RELATED] if closeness]


def includeme(config: Configurator) -> None:
    """Add the list and the guide."""
    config.add_route("hall.items", "/items")
    config.add_view(
        items,
        route_name="hall.items",
        renderer="tongban_hall:templates/items.pt",
        permission=USE,
        request_method="GET",
    )
    config.add_route("hall.item", "/items/{key:[a-z0-9-]+}")
    config.add_view(
        item,
        route_name="hall.item",
        renderer="tongban_hall:templates/item.pt",
        permission=USE,
        request_method="GET",
    )
