"""Adding the console's routes and views in one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.config import Configurator

ID = "{id:[0-9]{1,18}}"
TEMPLATES = "tongban.console:templates/"


def add_page(
    config: Configurator,
    route: str,
    path: str,
    view: Callable[..., Any],
    *,
    permission: str,
    template: str = "",
    methods: tuple[str, ...] = ("GET",),
) -> None:
    """Add a route and its view; `template` is a file of the console's templates, if any."""
    config.add_route(route, path)
    shown = {"renderer": TEMPLATES + template} if template else {}
    config.add_view(view, route_name=route, permission=permission, request_method=methods, **shown)
