"""The app factory."""

from __future__ import annotations

from typing import Any

import pyramid_tm
from pyramid.config import Configurator

from tongban.permissions.registry import SIGNED_IN
from tongban.web.requests import READING_METHODS
from tongban.web.runtime import Runtime

_KERNEL_PARTS = (
    "tongban.web.requests",
    "tongban.web.flashes",
    "tongban.web.observing",
    "tongban.web.malformed",
    "tongban.web.retrying",
    "tongban.web.assets",
    "tongban.web.rendering",
    "tongban.auth",
    "tongban.web.errors",
    "tongban.web.health",
    "tongban.web.counters",
    "tongban.web.home",
    "tongban.console",
    "tongban.pluginhost",
    "tongban.jobs",
    "tongban.audit",
    "tongban.files",
    "tongban.notifications",
)


def make_app(runtime: Runtime) -> Any:
    """Return the WSGI callable. Raises PluginError when a plugin's configuration fails."""
    config = Configurator(
        settings={
            "tm.manager_hook": pyramid_tm.explicit_manager,
            "tm.annotate_user": False,
            "retry.attempts": 3,
        }
    )
    config.registry["tongban.runtime"] = runtime
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.set_default_permission(SIGNED_IN)
    config.set_default_csrf_options(require_csrf=True, safe_methods=READING_METHODS)
    for part in _KERNEL_PARTS:
        config.include(part)
    _configure_plugins(config, runtime)
    config.action(None, _note_route_names, args=(config,), order=1_000)
    app = config.make_wsgi_app()
    runtime.refresh(now=True)
    return app


def _configure_plugins(config: Configurator, runtime: Runtime) -> None:
    from tongban.pluginhost.configuring import configure_plugins

    configure_plugins(config, runtime.host)


def _note_route_names(config: Configurator) -> None:
    routes = config.introspector.get_category("routes") or ()
    config.registry["tongban.route_names"] = frozenset(
        entry["introspectable"]["name"] for entry in routes
    )
