"""What is on: plugins switched on and off, service packages installed, in every process.

The database is the truth. Whoever changes it moves the generation `plugins`; each process looks at
it at most once a second and takes over what it finds, without a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.generation import PLUGINS, advance
from tongban.pluginhost.installing import catch_up
from tongban.pluginhost.models import PluginState, ServicePackage
from tongban.pluginhost.package_plugin import PackagePlugin, host_id
from tongban.pluginhost.packages import facts_from
from tongban.pluginhost.plugin import InstalledPlugin, is_installed
from tongban.web.refusals import Forbidden, NotFoundHere

if TYPE_CHECKING:
    from tongban.permissions.viewer import Viewer
    from tongban.pluginhost.host import PluginHost

log = structlog.get_logger("tongban.plugins")

MANAGE = "plugins.manage"

INSTALLED = "installed"

_SWITCHED_OFF = select(PluginState.plugin_id).where(PluginState.enabled.is_(False))
_PACKAGES = (
    select(
        ServicePackage.package_id,
        ServicePackage.unit_id,
        ServicePackage.checksum,
        ServicePackage.manifest,
    )
    .where(ServicePackage.status == INSTALLED)
    .order_by(ServicePackage.id)
)


class PluginStateLoader:
    """Brings a process's host to the state in the database."""

    def __init__(
        self, connect: Callable[[], AbstractContextManager[Connection]], host: PluginHost
    ) -> None:
        self._connect = connect
        self._host = host

    def reload(self) -> None:
        """Read what is on and what is installed, and hand it to the host."""
        with self._connect() as connection:
            switched_off = list(connection.scalars(_SWITCHED_OFF))
            packages = [_package(*row) for row in connection.execute(_PACKAGES)]
        self._take_packages({plugin.id: plugin for plugin in packages})
        self._host.set_disabled(switched_off)

    def _take_packages(self, wanted: dict[str, InstalledPlugin]) -> None:
        held = {plugin.id: plugin for plugin in self._host.plugins() if plugin.kind == "package"}
        for plugin_id, plugin in held.items():
            if plugin_id not in wanted or _facts(wanted[plugin_id]) != _facts(plugin):
                self._host.unregister(plugin_id)
        for plugin_id, plugin in wanted.items():
            if self._host.plugin(plugin_id) is None:
                try:
                    self._host.register(plugin)
                except PluginError as error:  # one broken package must not hide the others
                    self._host.failures.error(plugin_id, "register", error)


def _package(
    package_id: str, unit_id: int, checksum: str, manifest: dict[str, object]
) -> InstalledPlugin:
    facts = facts_from(manifest, unit_id=unit_id, checksum=checksum)
    return InstalledPlugin(
        id=host_id(package_id),
        title=facts.name,
        version=facts.version,
        kind="package",
        origin=PackagePlugin(facts),
        description=facts.summary,
    )


def _facts(plugin: InstalledPlugin) -> object:
    return plugin.origin.facts


def enable(session: Session, host: PluginHost, actor: Viewer | None, plugin_id: str) -> bool:
    """Switch a plugin on; return whether it was off. Raises Forbidden, NotFoundHere.

    It is told of the service packages that came and went while it was off. `actor` None is the
    platform itself (the command line).
    """
    if not _switch(session, host, actor, plugin_id, on=True):
        return False
    catch_up(session, host, {plugin_id, *(one.id for one in host.dependants_of(plugin_id))})
    return True


def disable(session: Session, host: PluginHost, actor: Viewer | None, plugin_id: str) -> bool:
    """Switch a plugin off, and with it what requires it; its data stays.

    Return whether it was on. Raises Forbidden, NotFoundHere.
    """
    return _switch(session, host, actor, plugin_id, on=False)


def _switch(
    session: Session, host: PluginHost, actor: Viewer | None, plugin_id: str, *, on: bool
) -> bool:
    if actor is not None and not actor.allows(MANAGE):
        raise Forbidden("您没有「启用和停用插件」权限。如确需操作，请联系平台管理员。")
    plugin = host.plugin(plugin_id)
    state = session.get(PluginState, plugin_id)
    if (plugin is None or plugin.kind != "code") and not is_installed(plugin_id):
        raise NotFoundHere(f"没有安装名为 {plugin_id} 的插件。")
    if (state is None or state.enabled) is on:
        return False
    if state is None:
        state = PluginState(plugin_id=plugin_id)
        session.add(state)
    state.enabled = on
    state.changed_at = clock.now()
    session.flush()
    _note(session, actor, plugin_id, plugin, on=on)
    advance(session, PLUGINS)
    return True


def _note(
    session: Session,
    actor: Viewer | None,
    plugin_id: str,
    plugin: InstalledPlugin | None,
    *,
    on: bool,
) -> None:
    record(
        session,
        "plugin.enable" if on else "plugin.disable",
        actor=actor,
        object_type="plugin",
        object_id=plugin_id,
        object_name=plugin.title if plugin is not None else plugin_id,
        detail={"version": plugin.version} if plugin is not None else None,
    )
    log.info("plugin switched", plugin=plugin_id, on=on)
