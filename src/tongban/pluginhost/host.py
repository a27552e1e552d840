"""The plugin host: which plugins there are, in which order, and how their hooks are called."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pluggy
from sqlalchemy.orm import Session

from tongban import hookspecs
from tongban.pluginhost.answers import shape_of
from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.failures import CONTAINED, FailureLog
from tongban.pluginhost.names import check_declarations
from tongban.pluginhost.packages import PackageRefused
from tongban.pluginhost.plugin import InstalledPlugin, load_code_plugin
from tongban.pluginhost.runner import BudgetRunner, OpenSession, Step

Pairs = Sequence[tuple[InstalledPlugin, pluggy.HookImpl]]


@dataclass(frozen=True)
class Answer:
    """A plugin's answer to a slot hook, or the way it failed."""

    plugin: InstalledPlugin
    state: Literal["done", "error", "slow", "resting"]
    value: Any = None


@dataclass(frozen=True)
class _PluginSet:
    """The plugins at one moment; replaced as a whole, so that no thread sees half a change."""

    plugins: Mapping[str, InstalledPlugin] = field(default_factory=dict)  # in order
    disabled: frozenset[str] = frozenset()
    all_calls: dict[str, Pairs] = field(default_factory=dict)
    enabled_calls: dict[str, Pairs] = field(default_factory=dict)


class PluginHost:
    """Holds the plugins of this process and calls their hooks, each family in its own way.

    pluggy validates and keeps the implementations; the host iterates them itself, because one
    raising implementation would otherwise end the whole call, and because plugins that are
    switched off stay registered.
    """

    def __init__(self, *, slot_budget_seconds: float = 0.8) -> None:
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.failures = FailureLog()
        self._runner = BudgetRunner(slot_budget_seconds)
        self._set = _PluginSet()
        self._switched_off: frozenset[str] = frozenset()
        self._changing = threading.RLock()

    # --- the set of plugins ---

    def load(self, plugin_ids: Iterable[str]) -> None:
        """Import, register and check code plugins in the given order. Raises PluginError."""
        plugins = [load_code_plugin(plugin_id) for plugin_id in dict.fromkeys(plugin_ids)]
        for plugin in plugins:
            self._add_own_hookspecs(plugin)
        for plugin in plugins:
            self.register(plugin)
        self._check_requirements()
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(self._id_of(error.plugin), str(error)) from error
        check_declarations(self)

    def register(self, plugin: InstalledPlugin) -> None:
        """Add one plugin after the others. Raises PluginError."""
        with self._changing:
            try:
                self.manager.register(plugin.origin, name=plugin.id)
            except (ValueError, pluggy.PluginValidationError) as error:
                raise PluginError(plugin.id, str(error)) from error
            self._replace({**self._set.plugins, plugin.id: plugin})

    def unregister(self, plugin_id: str) -> None:
        """Forget a plugin (a retired service package)."""
        with self._changing:
            self.manager.unregister(name=plugin_id)
            kept = {key: value for key, value in self._set.plugins.items() if key != plugin_id}
            self._replace(kept)

    def set_disabled(self, plugin_ids: Iterable[str]) -> None:
        """Say which plugins are switched off; what requires one is off with it."""
        with self._changing:
            self._switched_off = frozenset(plugin_ids)
            self._replace(self._set.plugins)

    def is_enabled(self, plugin_id: str) -> bool:
        """Say whether a plugin is installed and switched on."""
        current = self._set
        return plugin_id in current.plugins and plugin_id not in current.disabled

    def is_switched_off(self, plugin_id: str) -> bool:
        """Say whether a plugin was switched off itself, not only with one that it requires."""
        return plugin_id in self._switched_off

    def plugins(self) -> list[InstalledPlugin]:
        """Return every installed plugin, enabled or not, in order."""
        return list(self._set.plugins.values())

    def plugin(self, plugin_id: str) -> InstalledPlugin | None:
        """Return an installed plugin by its id, or None."""
        return self._set.plugins.get(plugin_id)

    def dependants_of(self, plugin_id: str) -> list[InstalledPlugin]:
        """Return the plugins that require this one, directly or not, in order."""
        plugins = self._set.plugins
        off = _with_dependants(plugins, {plugin_id}) - {plugin_id}
        return [plugin for plugin in plugins.values() if plugin.id in off]

    def hooks_of(self, plugin_id: str) -> list[str]:
        """Return the names of the hooks that a plugin implements."""
        plugin = self._set.plugins[plugin_id]
        callers = self.manager.get_hookcallers(plugin.origin) or []
        return sorted(caller.name for caller in callers)

    # --- calling, by family ---

    def collect(self, hook: str, **arguments: Any) -> list[tuple[InstalledPlugin, Any]]:
        """Registration: answers of all installed plugins, enabled or not.

        Raises PluginError naming the plugin that fails.
        """
        answers = []
        for plugin, implementation in self._implementations(hook, all_installed=True):
            value = self.ask(hook, plugin, implementation, arguments)
            if value is not None:
                answers.append((plugin, value))
        return answers

    def ask(
        self,
        hook: str,
        plugin: InstalledPlugin,
        implementation: pluggy.HookImpl,
        arguments: Mapping[str, Any],
    ) -> Any:
        """Call one implementation whose failure stops the start. Raises PluginError."""
        try:
            return self._shape(hook)(_call(implementation, arguments))
        except PluginError:
            raise
        except CONTAINED as error:
            raise PluginError(plugin.id, f"{hook} failed: {error!r}") from error

    def implementations(self, hook: str) -> Pairs:
        """Return every installed plugin's implementation of a hook, in order."""
        return self._implementations(hook, all_installed=True)

    def decide(self, hook: str, *, denial: Any, **arguments: Any) -> Any:
        """Decision: the first answer that is not None, else None; a failing one denies."""
        for plugin, implementation in self._implementations(hook):
            try:
                value = self._shape(hook)(_call(implementation, arguments))
            except CONTAINED as error:  # whatever a plugin raises, the decision is a denial
                self.failures.error(plugin.id, hook, error)
                return denial
            if value is not None:
                return value
        return None

    def emit(self, hook: str, session: Session, **arguments: Any) -> None:
        """Event: tell every enabled plugin; what a failing one wrote is undone.

        Raises PluginError when a plugin ended the caller's transaction: the caller's own work is
        lost then, and it must not go on as if it were not.
        """
        self._emit(hook, self._implementations(hook), session, arguments)

    def emit_to(
        self, plugin_ids: Collection[str], hook: str, session: Session, **arguments: Any
    ) -> None:
        """Event told late: only to these plugins, whether they are on yet or not."""
        pairs = [pair for pair in self.implementations(hook) if pair[0].id in plugin_ids]
        self._emit(hook, pairs, session, arguments)

    def require(self, hook: str, session: Session, **arguments: Any) -> None:
        """Event whose failure undoes the caller's work: raises PluginError.

        PackageRefused passes through: the plugin works, the package does not suit it.
        """
        for plugin, implementation in self._implementations(hook):
            try:
                _call(implementation, {"session": session, **arguments})
            except PackageRefused:
                raise
            except CONTAINED as error:
                self.failures.error(plugin.id, hook, error)
                raise PluginError(plugin.id, f"{hook} failed: {error}") from error

    def gather(
        self, hook: str, open_session: OpenSession | None = None, **arguments: Any
    ) -> list[Answer]:
        """Slot: answers of enabled plugins, each within the time budget."""
        return self.gather_all({hook: arguments}, open_session)[hook]

    def gather_all(
        self, calls: Mapping[str, Mapping[str, Any]], open_session: OpenSession | None = None
    ) -> dict[str, list[Answer]]:
        """Slot: several hooks in one go, sharing a worker and a reading session."""
        asked = [
            (hook, plugin, Step((plugin.id, hook), self._step(hook, implementation, arguments)))
            for hook, arguments in calls.items()
            for plugin, implementation in self._implementations(hook)
        ]
        answers: dict[str, list[Answer]] = {hook: [] for hook in calls}
        for (hook, _plugin, _step), answer in zip(
            asked, self._run(asked, open_session), strict=True
        ):
            answers[hook].append(answer)
        return answers

    def gather_from(
        self,
        hook: str,
        reading: Callable[[Any], Any],
        open_session: OpenSession | None = None,
        **arguments: Any,
    ) -> list[Answer]:
        """Slot whose answers are objects: `reading` asks each, within its budget and its session.

        What `reading` returns is the answer's value; what it raises is the plugin's failure.
        """
        asked = [
            (hook, plugin, Step((plugin.id, hook), _then(step, reading)))
            for plugin, implementation in self._implementations(hook)
            for step in (self._step(hook, implementation, arguments),)
        ]
        return self._run(asked, open_session)

    def run(
        self,
        calls: Sequence[tuple[InstalledPlugin, str, Callable[[Session | None], Any]]],
        open_session: OpenSession | None = None,
    ) -> list[Answer]:
        """Slot: calls that plugins registered beforehand, contained like answers of a hook.

        Each is (plugin, name of the part, call); one that keeps overrunning rests by itself.
        """
        asked = [(part, plugin, Step((plugin.id, part), call)) for plugin, part, call in calls]
        return self._run(asked, open_session)

    def _run(
        self, asked: Sequence[tuple[str, InstalledPlugin, Step]], open_session: OpenSession | None
    ) -> list[Answer]:
        if not asked:
            return []
        outcomes = self._runner.run([step for _hook, _plugin, step in asked], open_session)
        answers = []
        for (hook, plugin, _step), outcome in zip(asked, outcomes, strict=True):
            if outcome.error is not None:
                self.failures.error(plugin.id, hook, outcome.error)
            elif outcome.state == "slow":
                self.failures.overrun(plugin.id, hook, self._runner.budget_seconds)
            answers.append(Answer(plugin, outcome.state, outcome.value))
        return answers

    # --- inside ---

    def _emit(
        self, hook: str, pairs: Pairs, session: Session, arguments: Mapping[str, Any]
    ) -> None:
        if not pairs:
            return
        session.flush()  # the caller's own mistakes are not a plugin's
        outer = session.get_transaction() or session.begin()
        for plugin, implementation in pairs:
            try:
                with session.begin_nested():
                    _call(implementation, {"session": session, **arguments})
            except CONTAINED as error:  # an event must not undo what it tells of
                self.failures.error(plugin.id, hook, error)
            if session.get_transaction() is not outer:
                raise PluginError(plugin.id, f"{hook} ended the transaction it was called in")

    def _replace(self, plugins: Mapping[str, InstalledPlugin]) -> None:
        self._set = _PluginSet(plugins, _with_dependants(plugins, self._switched_off))

    def _implementations(self, hook: str, *, all_installed: bool = False) -> Pairs:
        current = self._set
        calls = current.all_calls if all_installed else current.enabled_calls
        known = calls.get(hook)
        if known is None:
            hidden = frozenset() if all_installed else current.disabled
            known = calls[hook] = self._in_order(hook, current, hidden)
        return known

    def _in_order(self, hook: str, current: _PluginSet, hidden: frozenset[str]) -> Pairs:
        caller = getattr(self.manager.hook, hook, None)
        if caller is None:  # a hook of a plugin that is not installed
            return ()
        found = {
            implementation.plugin_name: implementation for implementation in caller.get_hookimpls()
        }
        return [
            (plugin, found[plugin.id])
            for plugin in current.plugins.values()
            if plugin.id in found and plugin.id not in hidden
        ]

    def _shape(self, hook: str) -> Any:
        caller = getattr(self.manager.hook, hook, None)
        spec = caller.spec if caller is not None else None
        return shape_of(spec.function if spec is not None else None)

    def _step(
        self, hook: str, implementation: pluggy.HookImpl, arguments: Mapping[str, Any]
    ) -> Any:
        shape = self._shape(hook)

        def call(session: Session | None) -> Any:
            return shape(_call(implementation, {"session": session, **arguments}))

        return call

    def _add_own_hookspecs(self, plugin: InstalledPlugin) -> None:
        declare = getattr(plugin.origin, "tongban_add_hookspecs", None)
        if declare is None:
            return
        try:
            module = declare()
        except CONTAINED as error:
            raise PluginError(plugin.id, f"tongban_add_hookspecs failed: {error!r}") from error
        if module is None:
            return
        prefix = f"tongban_{plugin.id}_"
        names = [name for name in vars(module) if name.startswith("tongban_")]
        strangers = [name for name in names if not name.startswith(prefix)]
        if strangers:
            raise PluginError(plugin.id, f"hook {strangers[0]} must start with {prefix}")
        try:
            self.manager.add_hookspecs(module)
        except ValueError as error:
            raise PluginError(plugin.id, f"tongban_add_hookspecs: {error}") from error

    def _check_requirements(self) -> None:
        plugins = self._set.plugins
        for plugin in plugins.values():
            missing = [name for name in plugin.requires if name not in plugins]
            if missing:
                raise PluginError(plugin.id, f"requires {', '.join(missing)}, not in the settings")

    def _id_of(self, origin: object) -> str:
        for plugin in self._set.plugins.values():
            if plugin.origin is origin:
                return plugin.id
        return "?"


def _with_dependants(plugins: Mapping[str, InstalledPlugin], off: Iterable[str]) -> frozenset[str]:
    """Return `off` and every plugin that requires one of them, directly or not."""
    closed = set(off)
    grown = True
    while grown:
        dependants = {
            plugin.id
            for plugin in plugins.values()
            if plugin.id not in closed and closed.intersection(plugin.requires)
        }
        closed |= dependants
        grown = bool(dependants)
    return frozenset(closed)


def _call(implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> Any:
    return implementation.function(*(arguments[name] for name in implementation.argnames))


def _then(
    call: Callable[[Session | None], Any], reading: Callable[[Any], Any]
) -> Callable[[Session | None], Any]:
    def read(session: Session | None) -> Any:
        answer = call(session)
        return None if answer is None else reading(answer)

    return read
