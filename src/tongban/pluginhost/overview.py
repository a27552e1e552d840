"""What the console shows of plugins: versions, state, hooks, migrations, failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db import migrations
from tongban.pluginhost.failures import Failure
from tongban.pluginhost.hookdocs import hook_docs
from tongban.pluginhost.models import PluginFailure
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost
    from tongban.pluginhost.plugin import InstalledPlugin
    from tongban.web.runtime import Runtime

FAMILY_TITLES = {
    "registration": "声明",
    "configuration": "配置",
    "decision": "决定",
    "event": "事件",
    "slot": "插槽",
}

_WATCHED = timedelta(days=7)
_MOST_FAILURES = 50

_FAILURES = (
    select(
        PluginFailure.hook,
        PluginFailure.kind,
        PluginFailure.message,
        PluginFailure.trace,
        PluginFailure.request_id,
        PluginFailure.count,
        PluginFailure.first_at,
        PluginFailure.last_at,
    )
    .order_by(PluginFailure.last_at.desc(), PluginFailure.id.desc())
    .limit(_MOST_FAILURES)
)


class FailureRow(NamedTuple):
    """A failure as the console shows it."""

    hook: str
    kind: str
    message: str
    trace: str
    request_id: str
    times: int
    first_at: datetime
    last_at: datetime


class HookRow(NamedTuple):
    """A hook that a plugin implements, and the Chinese name of its family."""

    name: str
    family: str


@dataclass(frozen=True)
class PluginRow:
    """A plugin in the console's list.

    `state` is `on`, `off`, or `with` when it is off because of what it requires. `pending` counts
    the migrations that wait, None for a plugin without tables.
    """

    id: str
    title: str
    description: str
    version: str
    state: str
    requires: tuple[str, ...]
    hooks: int
    pending: int | None
    failures: int


def list_plugins(session: Session, runtime: Runtime) -> list[PluginRow]:
    """Return the code plugins in the order of the settings."""
    host = runtime.host
    failures = _failure_counts(session, host)
    waiting = migrations.pending(runtime)
    with_tables = set(migrations.folders_of(host))
    return [
        PluginRow(
            id=plugin.id,
            title=plugin.title,
            description=plugin.description,
            version=plugin.version,
            state=state_of(host, plugin.id),
            requires=_titles(host, plugin.requires),
            hooks=len(host.hooks_of(plugin.id)),
            pending=_pending(plugin.id, waiting) if plugin.id in with_tables else None,
            failures=failures.get(plugin.id, 0),
        )
        for plugin in host.plugins()
        if plugin.kind == "code"
    ]


def live_packages(host: PluginHost) -> frozenset[tuple[str, str]]:
    """Return the (id, version) of every service package that this process has taken over."""
    return frozenset(
        (facts.id, facts.version)
        for answer in host.gather("tongban_service_items")
        for facts in answer.value or ()
    )


def find_plugin(host: PluginHost, plugin_id: str) -> InstalledPlugin:
    """Return a code plugin. Raises NotFoundHere."""
    plugin = host.plugin(plugin_id)
    if plugin is None or plugin.kind != "code":
        raise NotFoundHere(f"没有安装名为 {plugin_id} 的插件。")
    return plugin


def state_of(host: PluginHost, plugin_id: str) -> str:
    """Return `on`, `off`, or `with`: off because of a plugin that it requires."""
    if host.is_enabled(plugin_id):
        return "on"
    return "off" if host.is_switched_off(plugin_id) else "with"


def dependants(host: PluginHost, plugin_id: str) -> list[str]:
    """Return the titles of the plugins that require this one."""
    return [plugin.title for plugin in host.dependants_of(plugin_id)]


def list_hooks(host: PluginHost, plugin_id: str) -> list[HookRow]:
    """Return the hooks that a plugin implements; those of other plugins have no family."""
    families = {hook.name: hook.family for hook in hook_docs()}
    return [
        HookRow(name, FAMILY_TITLES.get(families.get(name, ""), "插件扩展"))
        for name in host.hooks_of(plugin_id)
    ]


def list_failures(session: Session, host: PluginHost, plugin_id: str) -> list[FailureRow]:
    """Return a plugin's failures, newest first; those not stored yet are of this process only."""
    waiting = [
        _unstored(failure)
        for failure in reversed(host.failures.waiting())
        if failure.plugin_id == plugin_id
    ]
    stored = session.execute(_FAILURES.where(PluginFailure.plugin_id == plugin_id))
    return [*waiting, *(FailureRow(*row) for row in stored)]


def _unstored(failure: Failure) -> FailureRow:
    return FailureRow(
        failure.hook,
        failure.kind,
        failure.message,
        failure.trace,
        failure.request_id,
        1,
        failure.at,
        failure.at,
    )


def _failure_counts(session: Session, host: PluginHost) -> dict[str, int]:
    since = clock.now() - _WATCHED
    statement = (
        select(PluginFailure.plugin_id, func.sum(PluginFailure.count))
        .where(PluginFailure.last_at > since)
        .group_by(PluginFailure.plugin_id)
    )
    counts = {plugin_id: int(number) for plugin_id, number in session.execute(statement)}
    for failure in host.failures.waiting():
        counts[failure.plugin_id] = counts.get(failure.plugin_id, 0) + 1
    return counts


def _pending(plugin_id: str, waiting: list[str]) -> int:
    return sum(name.startswith(f"{plugin_id}_") for name in waiting)


def _titles(host: PluginHost, plugin_ids: tuple[str, ...]) -> tuple[str, ...]:
    plugins = [host.plugin(plugin_id) for plugin_id in plugin_ids]
    return tuple(plugin.title for plugin in plugins if plugin is not None)
