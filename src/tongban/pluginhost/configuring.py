"""Pyramid configuration by plugins: every route guarded, every conflict naming who is in it.

A plugin that is switched off keeps its routes; they answer 404 「该功能已停用」 until it is on
again, in every process and without a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pyramid.config import Configurator
from pyramid.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)

from tongban.pluginhost.errors import PluginError
from tongban.web.refusals import Gone

if TYPE_CHECKING:
    from pyramid.request import Request

    from tongban.pluginhost.host import PluginHost
    from tongban.pluginhost.plugin import InstalledPlugin

PREDICATE = "plugin_enabled"

_ADVICE = "如需使用，请联系平台管理员。"
_STATIC = "__"  # Pyramid's own prefix of a static folder's route


class PluginEnabled:
    """Route predicate: raises Gone while the plugin is switched off."""

    def __init__(self, plugin_id: str, config: Configurator) -> None:
        self._plugin_id = plugin_id
        self._host: PluginHost = config.registry["tongban.runtime"].host

    def text(self) -> str:
        """Return what Pyramid's tools show of this predicate."""
        return f"{PREDICATE} = {self._plugin_id}"

    phash = text

    def __call__(self, _info: Mapping[str, Any], _request: Request) -> bool:
        """Let the route match while the plugin is on."""
        if not self._host.is_enabled(self._plugin_id):
            raise Gone(_ADVICE)
        return True


class PluginConfigurator(Configurator):  # type: ignore[misc]  # Pyramid is published without types
    """A configurator for one plugin: its routes and views are its own, and guarded.

    Pyramid makes further instances of the class for nested includes and scans, so the plugin is
    an attribute of a class made for it.
    """

    plugin: ClassVar[InstalledPlugin]

    def add_route(self, name: str, pattern: str | None = None, **options: Any) -> None:
        """Add a route that is gone while the plugin is switched off. Raises PluginError."""
        if not self.plugin.owns(name) and not name.startswith(_STATIC):
            raise PluginError(self.plugin.id, f"route {name} must start with {self.plugin.id}.")
        options[PREDICATE] = self.plugin.id
        frames = options.pop("_backframes", 0) + 1
        super().add_route(name, pattern, _backframes=frames, **options)

    def add_view(self, *positional: Any, **options: Any) -> None:
        """Add a view of one of the plugin's routes. Raises PluginError for any other view."""
        route = options.get("route_name")
        if not isinstance(route, str) or not self._is_own(route):
            named = f"route {route}" if route else "no route"
            raise PluginError(self.plugin.id, f"a view for {named}; its views need its own routes")
        frames = options.pop("_backframes", 0) + 1
        super().add_view(*positional, _backframes=frames, **options)

    def _is_own(self, route: str) -> bool:
        return self.plugin.owns(route) or route.startswith(_STATIC)


def configure_plugins(config: Configurator, host: PluginHost) -> None:
    """Run each plugin's `tongban_configure`, then everything configured so far.

    Raises PluginError naming the plugin that fails, or both plugins of a conflict.
    """
    plugins = host.plugins()
    for plugin, implementation in host.implementations("tongban_configure"):
        host.ask(
            "tongban_configure", plugin, implementation, {"config": _configurator(config, plugin)}
        )
    try:
        config.commit()
        _check_paths(config, host)
    except ConfigurationConflictError as error:
        conflict = _conflict(error, plugins)
        if conflict is None:
            raise
        raise conflict from error
    except ConfigurationExecutionError as error:
        if isinstance(error.evalue, PluginError):
            raise error.evalue from error
        owner = _owner(str(getattr(error.info, "file", "")), plugins)
        if owner is None:
            raise
        raise PluginError(owner.id, f"tongban_configure failed: {error.evalue!r}") from error
    except ConfigurationError as error:
        owner = _owner(_where(error), plugins)
        if owner is None:
            raise
        raise PluginError(owner.id, f"tongban_configure failed: {error}") from error


def _configurator(config: Configurator, plugin: InstalledPlugin) -> PluginConfigurator:
    """Return what `config.include` would give the plugin, but guarded."""
    kind = type("PluginConfigurator", (PluginConfigurator,), {"plugin": plugin})
    guarded: PluginConfigurator = kind(
        registry=config.registry,
        package=plugin.package,
        root_package=config.root_package,
        autocommit=config.autocommit,
    )
    source = getattr(plugin.origin, "__file__", None)
    if source:
        guarded.basepath = str(Path(source).parent)
    guarded.includepath = (*config.includepath, f"{plugin.package}:tongban_configure")
    return guarded


def _check_paths(config: Configurator, host: PluginHost) -> None:
    """Refuse two owners of one address: the first would silently win. Raises PluginError."""
    owners: dict[str, str] = {}
    for name, pattern in _routes(config):
        owner = name.removeprefix(_STATIC).partition(".")[0]
        owner = owner if host.plugin(owner) is not None else "kernel"
        other = owners.setdefault(pattern, owner)
        if other != owner:
            both = f"{other} and {owner}" if other != "kernel" else f"the kernel and {owner}"
            raise PluginError(owner, f"{both} both have a page at {pattern}")


def _routes(config: Configurator) -> Iterator[tuple[str, str]]:
    for entry in config.introspector.get_category("routes") or ():
        route = entry["introspectable"]
        yield route["name"], "/" + str(route["pattern"]).lstrip("/")


def _conflict(
    error: ConfigurationConflictError, plugins: list[InstalledPlugin]
) -> PluginError | None:
    files = [str(info.file) for infos in error._conflicts.values() for info in infos]
    owners = [_owner(file, plugins) for file in files]
    known = list(dict.fromkeys(owner.id for owner in owners if owner is not None))
    if not known:
        return None
    sides = [*known, "the kernel"] if None in owners else known
    return PluginError(known[0], f"conflict of {' and '.join(sides)}: {error}")


def _owner(file: str, plugins: list[InstalledPlugin]) -> InstalledPlugin | None:
    for plugin in plugins:
        source = getattr(plugin.origin, "__file__", None)
        if source and file and Path(file).is_relative_to(Path(source).parent):
            return plugin
    return None


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename if trace is not None else ""
