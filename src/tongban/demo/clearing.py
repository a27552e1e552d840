"""Emptying a database that holds the demo campus, to load it anew."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import delete, inspect
from sqlalchemy.orm import Session

from tongban import models
from tongban.audit.services import record
from tongban.db import mark_changed
from tongban.pluginhost.generation import PERMISSIONS, PLUGINS, advance
from tongban.pluginhost.host import PluginHost

# Nothing removes events from the audit log; generations only grow, or processes would miss it.
_KEPT = frozenset({"audit_event", "audit_seal", "generation"})


def clear(session: Session, host: PluginHost) -> None:
    """Delete every row of the kernel and of the installed plugins, in the caller's transaction.

    Whoever is signed in is signed out. The audit log stays and tells of it.
    """
    _import_plugin_tables(host)
    there = set(inspect(session.connection()).get_table_names())
    for table in reversed(models.metadata.sorted_tables):
        if table.name in there - _KEPT:
            session.execute(delete(table))
    session.expire_all()
    record(session, "demo.clear", object_type="demo")
    for name in (PERMISSIONS, PLUGINS):
        advance(session, name)
    mark_changed(session)


def _import_plugin_tables(host: PluginHost) -> None:
    for _plugin, module in host.collect("tongban_models"):
        import_module(module)
