"""Pages of the console about plugins: list, details, switching on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.pages import ConsolePage
from tongban.pluginhost import overview
from tongban.pluginhost.installing import list_packages
from tongban.pluginhost.state import MANAGE, disable, enable

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "plugins.list"
VIEW = "plugins.view"

_TEMPLATES = "tongban.pluginhost:templates/"


def list_page(request: Request) -> dict[str, Any]:
    """Show the plugins in their order, and the installed service packages."""
    return {
        "nav": NAV,
        "plugins": overview.list_plugins(request.db, request.runtime),
        "packages": list_packages(request.db),
        "live": overview.live_packages(request.runtime.host),
        "safe_mode": request.runtime.safe_mode,
    }


def show_page(request: Request) -> dict[str, Any]:
    """Show one plugin: what it is, its hooks, what it failed at."""
    host = request.runtime.host
    plugin = overview.find_plugin(host, request.matchdict["id"])
    rows = {row.id: row for row in overview.list_plugins(request.db, request.runtime)}
    return {
        "nav": NAV,
        "plugin": rows[plugin.id],
        "package": plugin.package,
        "dependants": overview.dependants(host, plugin.id),
        "hooks": overview.list_hooks(host, plugin.id),
        "failures": overview.list_failures(request.db, host, plugin.id),
    }


def enable_page(request: Request) -> Any:
    """Ask, then switch a plugin on."""
    plugin = overview.find_plugin(request.runtime.host, request.matchdict["id"])
    if request.method == "POST":
        return _switch(request, enable, plugin.id, f"已启用「{plugin.title}」")
    return {
        "nav": NAV,
        "title": f"启用「{plugin.title}」",
        "text": "启用后，它的页面、卡片和后台任务立即恢复。",
        "button": "启用",
        "danger": False,
        "back": request.route_path("plugins.show", id=plugin.id),
    }


def disable_page(request: Request) -> Any:
    """Ask, then switch a plugin off; say what goes off with it."""
    host = request.runtime.host
    plugin = overview.find_plugin(host, request.matchdict["id"])
    if request.method == "POST":
        return _switch(request, disable, plugin.id, f"已停用「{plugin.title}」")
    also = overview.dependants(host, plugin.id)
    with_it = f"依赖它的{'、'.join(f'「{title}」' for title in also)}将一并停用。" if also else ""
    return {
        "nav": NAV,
        "title": f"停用「{plugin.title}」",
        "text": f"停用后，它的页面不能打开，卡片不再显示，后台任务暂停；数据保留。{with_it}",
        "button": "停用",
        "danger": True,
        "back": request.route_path("plugins.show", id=plugin.id),
    }


def _switch(
    request: Request, switch: Callable[..., bool], plugin_id: str, done: str
) -> HTTPSeeOther:
    runtime = request.runtime
    if switch(request.db, runtime.host, request.viewer, plugin_id):
        request.flash_message("ok", done)
        # After the commit: the next page of this process shows it at once.
        request.add_finished_callback(lambda _request: runtime.refresh(now=True))
    return HTTPSeeOther(request.route_path("plugins.show", id=plugin_id))


def includeme(config: Configurator) -> None:
    """Add /console/plugins."""
    one = "/console/plugins/{id:[a-z][a-z0-9]{1,19}}"
    reading = {"permission": VIEW, "request_method": "GET"}
    config.add_route(NAV, "/console/plugins")
    config.add_view(list_page, route_name=NAV, renderer=f"{_TEMPLATES}plugins.pt", **reading)
    config.add_route("plugins.show", one)
    config.add_view(
        show_page, route_name="plugins.show", renderer=f"{_TEMPLATES}plugin.pt", **reading
    )
    for route, view in (("enable", enable_page), ("disable", disable_page)):
        config.add_route(f"plugins.{route}", f"{one}/{route}")
        config.add_view(
            view,
            route_name=f"plugins.{route}",
            renderer="tongban.console:templates/confirm.pt",
            permission=MANAGE,
            request_method=("GET", "POST"),
        )
    config.add_console_page(ConsolePage(NAV, "运行", "插件", NAV, VIEW, "plug", 905))
