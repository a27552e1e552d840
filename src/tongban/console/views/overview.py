"""The console's first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban.console.overview import read_figures
from tongban.console.pages import ConsolePage
from tongban.console.routing import add_page

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def overview(request: Request) -> dict[str, Any]:
    """Show the figures the viewer may see, and the cards of plugins."""
    names = request.registry["tongban.route_names"]
    figures = [
        {**figure._asdict(), "route": figure.route if figure.route in names else ""}
        for figure in read_figures(request.db, request.viewer)
    ]
    return {"nav": "console.overview", "figures": figures}


def includeme(config: Configurator) -> None:
    """Add /console."""
    add_page(
        config,
        "console.overview",
        "/console",
        overview,
        permission="console.enter",
        template="overview.pt",
    )
    config.add_console_page(
        ConsolePage(
            "console.overview", "", "概览", "console.overview", "console.enter", "chart-bar", 10
        )
    )
