"""Plugin host: discovery, order, enabling, containment, service packages as plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the guard of plugins' routes, the storing of failures, and the console's page."""
    from tongban.pluginhost.configuring import PREDICATE, PluginEnabled

    config.add_route_predicate(PREDICATE, PluginEnabled)
    config.add_tween("tongban.pluginhost.storing.storing_tween", over="pyramid_tm.tm_tween_factory")
    config.include("tongban.pluginhost.views")
