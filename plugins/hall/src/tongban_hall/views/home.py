"""The hall's home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tongban.toolkit import BOX_TITLES, Box, Fragment, clock
from tongban_hall import taskcentre
from tongban_hall.catalogue.browsing import WAYS, Way, chosen_shelf, shelves
from tongban_hall.catalogue.items import ItemCard
from tongban_hall.permissions import USE
from tongban_hall.systems import systems_for
from tongban_hall.views.browsing import Shelf, chosen, tiles, viewer_shelf
from tongban_hall.visits import hot_ids, recent_ids

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_TILES = 8
_LISTS = (("hot", "热门服务"), ("favourites", "我的收藏"), ("recent", "最近访问"))
_CARD_BOXES: tuple[Box, ...] = ("todo", "done", "copied")
_GREETINGS = ((5, "夜深了"), (11, "上午好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))


@dataclass(frozen=True)
class Tab:
    """A tab or segment: a link whose page shows its region."""

    key: str
    text: str
    url: str
    current: bool
    count: int | None = None
    hot: bool = False


def home(request: Request) -> dict[str, Any]:
    """Show the hall: search, tasks, systems, services, items."""
    shelf = viewer_shelf(request)
    cards = request.page.fragments("tongban_home_cards")
    return {
        "nav": "hall",
        "tab": "hall",
        "greeting": greeting(request),
        "tasks": task_card(request),
        "services": service_card(request, shelf),
        "items": item_card(request, shelf),
        "systems": systems_for(request.db, request.viewer.kind),
        "lead_cards": _area(cards, "lead"),
        "side_cards": _area(cards, "side"),
        "hero_cards": _area(cards, "hero"),
        "more_cards": _area(cards, ""),
    }


def task_region(request: Request) -> dict[str, Any]:
    """Show the task card alone, for its tabs."""
    return {"tasks": task_card(request)}


def service_region(request: Request) -> dict[str, Any]:
    """Show the services card alone, for its tabs."""
    return {"services": service_card(request, viewer_shelf(request))}


def item_region(request: Request) -> dict[str, Any]:
    """Show the items card alone, for its ways and headings."""
    return {"items": item_card(request, viewer_shelf(request))}


def _area(cards: list[tuple[Fragment | None, str]], area: str) -> list[str]:
    return [html for fragment, html in cards if (fragment.area if fragment else "") == area]


def greeting(request: Request) -> dict[str, str]:
    """Return what the hero says to the viewer."""
    formats = request.registry["tongban.formats"]
    now = formats.local(clock.now())
    part = next(text for hour, text in _GREETINGS if now.hour < hour)
    title = "老师" if request.viewer.kind == "staff" else "同学"
    return {
        "text": f"{part}，{request.viewer.name}{title}",
        "date": f"{formats.long_date(now)}　{formats.weekday(now)}",
    }


def task_card(request: Request) -> dict[str, Any] | None:
    """Return the task card's tabs and rows, or None when no plugin keeps tasks."""
    chosen_box = request.GET.get("box")
    box = taskcentre.box_named(chosen_box if chosen_box in _CARD_BOXES else "todo")
    wish = taskcentre.Wish(box, size=taskcentre.CARD_ROWS, services=False)
    views = taskcentre.look(request.runtime.host, request.reader, request.viewer, wish)
    if not views:
        return None
    counts = taskcentre.counts(views)
    return {
        "tabs": [
            Tab(
                name,
                BOX_TITLES[name],
                request.link("hall.home", _query={"box": name}),
                name == box,
                counts[name] if name != "done" else None,
                hot=name == "todo",
            )
            for name in _CARD_BOXES
        ],
        "rows": taskcentre.newest(views),
        "failed": [view.title for view in views if view.failed],
        "box": box,
        "todo": counts["todo"],
        "all_url": request.link("hall.tasks", _query={"box": box}),
    }


def service_card(request: Request, shelf: Shelf) -> dict[str, Any]:
    """Return the services card: hot, starred or recent ones."""
    wanted = request.GET.get("services")
    current = wanted if wanted in dict(_LISTS) else "hot"
    return {
        "tabs": [
            Tab(key, text, request.link("hall.home", _query={"services": key}), key == current)
            for key, text in _LISTS
        ],
        "current": current,
        "tiles": tiles(request, shelf, _listed(request, shelf, current)),
    }


def _listed(request: Request, shelf: Shelf, which: str) -> list[ItemCard]:
    if which == "favourites":
        ids = shelf.favourites
    elif which == "recent":
        ids = recent_ids(request.runtime, request.db, request.viewer.person_id)
    else:
        ids = hot_ids(request.runtime, request.db)
    return chosen(shelf, ids, _TILES)


def item_card(request: Request, shelf: Shelf) -> dict[str, Any]:
    """Return the items card: ways to sort, headings, and the tiles of one heading."""
    way: Way = next((key for key, _text in WAYS if key == request.GET.get("way")), "unit")
    groups = shelves(shelf.items, way, request.viewer.kind)
    current = chosen_shelf(groups, request.GET.get("shelf"))
    return {
        "ways": [
            Tab(key, text, request.link("hall.home", _query={"way": key}), key == way)
            for key, text in WAYS
        ],
        "shelves": [
            Tab(
                group.key,
                group.name,
                request.link("hall.home", _query={"way": way, "shelf": group.key}),
                group is current,
                group.size,
            )
            for group in groups
        ],
        "tiles": tiles(request, shelf, current.items if current else (), described=True),
        "total": len(shelf.items),
    }


def includeme(config: Configurator) -> None:
    """Add the home page; its cards are its regions, asked for by htmx."""
    config.add_route("hall.home", "/hall")
    shared: dict[str, Any] = {
        "route_name": "hall.home",
        "permission": USE,
        "request_method": "GET",
    }
    config.add_view(home, renderer="tongban_hall:templates/home.pt", **shared)
    for target, view, template in (
        ("task-card", task_region, "task_card"),
        ("service-card", service_region, "service_card"),
        ("item-card", item_region, "item_card"),
    ):
        config.add_view(
            view,
            header=f"HX-Target:.*{target}$",
            renderer=f"tongban_hall:templates/{template}.pt",
            **shared,
        )
