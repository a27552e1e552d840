"""Starring an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from tongban.toolkit import NotFoundHere, safe_return_path
from tongban_hall.favourites import set_favourite
from tongban_hall.permissions import USE
from tongban_hall.views.browsing import viewer_shelf

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def favourite(request: Request) -> Any:
    """Star an item or take the star away, and go back to where the star was."""
    shelf = viewer_shelf(request)
    item = shelf.catalogue.by_key.get(request.matchdict["key"])
    if item is None or item.id not in shelf.by_id:
        raise NotFoundHere("该事项不存在，或不面向您开放。", title="没有找到该事项")
    on = request.POST.get("on") == "1"
    set_favourite(request.db, request.viewer.person_id, item.id, on=on)
    if "HX-Request" in request.headers:
        return Response(status=204)
    page = request.route_path("hall.item", key=item.key)
    return HTTPSeeOther(safe_return_path(request.POST.get("next")) or page)


def includeme(config: Configurator) -> None:
    """Add the star's address."""
    config.add_route("hall.favourite", "/items/{key:[a-z0-9-]+}/favourite")
    config.add_view(favourite, route_name="hall.favourite", permission=USE, request_method="POST")
