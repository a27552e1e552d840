"""The console 统一管控平台: a shell that plugins fill with pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator

_PARTS = ("overview", "people", "units", "positions", "roles", "grants", "why")


def includeme(config: Configurator) -> None:
    """Add the console's own pages and `config.add_console_page` for everybody else's."""
    config.include("tongban.console.pages")
    for part in _PARTS:
        config.include(f"tongban.console.views.{part}")
