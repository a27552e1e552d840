"""notify(): one event, many channels; deliveries and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the preferences page."""
    config.include("tongban.notifications.views")
