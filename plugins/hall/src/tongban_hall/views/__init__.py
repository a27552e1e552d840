"""Pages of the hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the hall's routes and views."""
    for name in ("home", "items", "apps", "tasks", "favourites", "search"):
        config.include(f"tongban_hall.views.{name}")
