"""Purging: a plugin's tables and what the kernel keeps of it, gone for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from tongban.audit.services import record
from tongban.db.migrations import downgrade_plugin
from tongban.permissions.models import RolePermission
from tongban.pluginhost.generation import PERMISSIONS, PLUGINS, advance
from tongban.pluginhost.models import PluginFailure, PluginState

if TYPE_CHECKING:
    from tongban.web.runtime import Runtime


def purge_plugin(runtime: Runtime, plugin_id: str) -> list[str]:
    """Drop a plugin's tables and data, its failures, and its permissions in roles.

    Return the revisions undone. The plugin must be installed, for its migrations know how to go
    back. Raises MigrationError.
    """
    undone = downgrade_plugin(runtime, plugin_id)
    with runtime.unit_of_work() as session:
        session.execute(delete(PluginFailure).where(PluginFailure.plugin_id == plugin_id))
        session.execute(delete(PluginState).where(PluginState.plugin_id == plugin_id))
        session.execute(
            delete(RolePermission).where(
                RolePermission.permission.startswith(f"{plugin_id}.", autoescape=True)
            )
        )
        record(
            session,
            "plugin.purge",
            object_type="plugin",
            object_id=plugin_id,
            object_name=plugin_id,
            detail={"revisions": undone},
        )
        advance(session, PLUGINS)
        advance(session, PERMISSIONS)
    return undone
