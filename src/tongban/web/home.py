"""The front door: sends people to the hall, or shows a plain start page without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.permissions.registry import SIGNED_IN

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def home(request: Request) -> Any:
    """Lead to the first plugin that offers a home, else show what the kernel has."""
    for answer in request.runtime.host.gather("tongban_home_url", url=request.link):
        if answer.value:
            return HTTPSeeOther(answer.value)
    return {"nav": "home", "tab": "home"}


def includeme(config: Configurator) -> None:
    """Add `/`."""
    config.add_route("home", "/")
    config.add_view(
        home,
        route_name="home",
        renderer="tongban.web:templates/start.pt",
        permission=SIGNED_IN,
        request_method="GET",
    )
