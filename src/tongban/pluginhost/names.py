"""Names that a plugin gives to things, checked at start: each carries the plugin's id.

Permissions, settings, routes, jobs, schedules and kinds of notifications are `<id>.…`, tables are
`<id>_…`, commands `<id>` or `<id>-…`, hooks `tongban_<id>_…`. A name of its own cannot collide with
another plugin's, and says in any log whose it is.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from tongban.db import Base
from tongban.pluginhost.errors import PluginError

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost
    from tongban.pluginhost.plugin import InstalledPlugin

# Without underscore: `<id>_` then tells the owner of a table without doubt.
_ID = re.compile(r"[a-z][a-z0-9]{1,19}", re.ASCII)

# First parts of the kernel's own names.
RESERVED = frozenset(
    {
        "account", "alembic", "appointment", "audit", "auth", "console", "crypto", "database",
        "delivery", "demo", "development", "doctor", "files", "generation", "home", "job", "jobs",
        "kernel", "keys", "log", "metrics", "migrate", "notification", "notifications", "org",
        "orgs", "permissions", "person", "plugin", "plugins", "position", "role", "schedule",
        "search", "serve", "service", "session", "sign", "site", "sqlite", "stored", "theme",
        "themes", "tongban", "users", "web",
    }
)  # fmt: skip

# Where a plugin's foreign keys may point, besides its own tables.
SHARED_KEYS = frozenset({"person.id", "org_unit.id"})

# Hooks that declare things with a `name`, and what such a thing is called in a message.
_NAMED = (
    ("tongban_permissions", "permission"),
    ("tongban_settings", "setting"),
    ("tongban_jobs", "job"),
    ("tongban_schedules", "schedule"),
)


def check_declarations(host: PluginHost) -> None:
    """Check every name that the installed plugins declare.

    Raises PluginError naming the plugin and the name.
    """
    for plugin in host.plugins():
        check_id(plugin.id)
    for hook, what in _NAMED:
        for plugin, declared in host.collect(hook):
            check_prefixes(plugin, what, (one.name for one in declared))
    for plugin, kinds in host.collect("tongban_notification_kinds"):
        check_prefixes(plugin, "kind of notifications", kinds)
    for plugin, commands in host.collect("tongban_commands"):
        _check_commands(plugin, (str(command.name) for command in commands))
    for plugin, module in host.collect("tongban_models"):
        _check_tables(plugin, module)


def check_id(plugin_id: str) -> None:
    """Check a plugin's id. Raises PluginError."""
    if not _ID.fullmatch(plugin_id):
        raise PluginError(plugin_id, "an id is 2 to 20 lowercase letters and digits")
    if plugin_id in RESERVED:
        raise PluginError(plugin_id, "this id belongs to the kernel; choose another")


def check_prefixes(plugin: InstalledPlugin, what: str, names: Iterable[str]) -> None:
    """Check that names start with the plugin's id and a dot. Raises PluginError."""
    for name in names:
        if not plugin.owns(name):
            raise PluginError(plugin.id, f"{what} {name} must start with {plugin.id}.")


def _check_commands(plugin: InstalledPlugin, names: Iterable[str]) -> None:
    for name in names:
        if name != plugin.id and not name.startswith(f"{plugin.id}-"):
            raise PluginError(
                plugin.id, f"command {name} must be {plugin.id} or start with {plugin.id}-"
            )


def _check_tables(plugin: InstalledPlugin, module_name: str) -> None:
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # whatever its import raises stops the start
        raise PluginError(plugin.id, f"{module_name} cannot be imported: {error!r}") from error
    for table in tables_of(plugin, module):
        if not table.name.startswith(f"{plugin.id}_"):
            raise PluginError(plugin.id, f"table {table.name} must start with {plugin.id}_")
        for key in table.foreign_keys:
            target = key.target_fullname
            if target not in SHARED_KEYS and not target.startswith(f"{plugin.id}_"):
                raise PluginError(
                    plugin.id,
                    f"column {table.name}.{key.parent.name} refers to {target}; "
                    "only person.id, org_unit.id and its own tables are allowed",
                )


def tables_of(plugin: InstalledPlugin, module: Any = None) -> Iterator[Table]:
    """Yield the tables that a plugin's package defines: mapped classes, and Core tables."""
    package = f"{plugin.package}."
    for mapper in list(Base.registry.mappers):
        if mapper.class_.__module__.startswith(package) and isinstance(mapper.local_table, Table):
            yield mapper.local_table
    for value in vars(module).values() if module is not None else ():
        if isinstance(value, Table):
            yield value
