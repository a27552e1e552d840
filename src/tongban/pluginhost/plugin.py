"""What the host knows of a plugin."""

from __future__ import annotations

import importlib.metadata
import inspect
from dataclasses import dataclass, field
from typing import Any, Literal

from tongban.pluginhost.errors import PluginError

API_VERSION = 1
ENTRY_POINT_GROUP = "tongban.plugins"


@dataclass(frozen=True)
class PluginInfo:
    """What a code plugin says of itself, as `PLUGIN` in its `plugin.py`.

    `requires` are ids of plugins whose `api` module it imports; `api` is the version of the
    kernel's contract that it was written for.
    """

    id: str
    title: str
    requires: tuple[str, ...] = ()
    api: int = API_VERSION
    description: str = ""


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin as the host holds it. `origin` is a module or a service package's object."""

    id: str
    title: str
    version: str
    kind: Literal["code", "package"]
    origin: Any = field(repr=False)
    requires: tuple[str, ...] = ()
    description: str = ""
    package: str = ""

    def owns(self, name: str) -> bool:
        """Say whether a permission, route, setting or job name is this plugin's."""
        return name.startswith(f"{self.id}.")


def load_code_plugin(plugin_id: str) -> InstalledPlugin:
    """Import the code plugin named in the settings. Raises PluginError naming what is wrong."""
    entry_point = _entry_point(plugin_id)
    try:
        module = entry_point.load()
    except (Exception, SystemExit) as error:  # whatever its import raises stops the start
        raise PluginError(plugin_id, f"cannot be imported: {error!r}") from error
    info = getattr(module, "PLUGIN", None)
    if not inspect.ismodule(module) or not isinstance(info, PluginInfo):
        raise PluginError(plugin_id, f"{entry_point.value} has no PLUGIN = PluginInfo(...)")
    if info.id != plugin_id:
        raise PluginError(plugin_id, f"calls itself {info.id}")
    if info.api != API_VERSION:
        raise PluginError(plugin_id, f"wants plugin API {info.api}, this kernel has {API_VERSION}")
    return InstalledPlugin(
        id=plugin_id,
        title=info.title,
        version=entry_point.dist.version if entry_point.dist else "0",
        kind="code",
        origin=module,
        requires=info.requires,
        description=info.description,
        package=module.__name__.rpartition(".")[0] or module.__name__,
    )


def installed_ids() -> set[str]:
    """Return the ids of every code plugin that is installed, in the settings or not."""
    return set(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP).names)


def is_installed(plugin_id: str) -> bool:
    """Say whether a code plugin is installed, in the settings or not; it is not imported."""
    return bool(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP, name=plugin_id))


def _entry_point(plugin_id: str) -> importlib.metadata.EntryPoint:
    found = list(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP, name=plugin_id))
    if not found:
        raise PluginError(plugin_id, "is named in the settings but not installed")
    values = sorted({entry_point.value for entry_point in found})
    if len(values) > 1:
        raise PluginError(plugin_id, f"is installed twice: {' and '.join(values)}")
    return found[0]
