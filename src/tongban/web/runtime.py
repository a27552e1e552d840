"""The parts of a running process, built once from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db import crypto, make_engine, unit_of_work
from tongban.db.session import SessionFactory, make_session_factory
from tongban.notifications import channels
from tongban.pluginhost.generation import PERMISSIONS, PLUGINS, GenerationWatch
from tongban.pluginhost.host import PluginHost
from tongban.settings import Settings, SettingsError

if TYPE_CHECKING:
    from tongban.files.store import FileStore
    from tongban.jobs.registry import JobRegistry
    from tongban.permissions.cache import PermissionCache
    from tongban.permissions.registry import PermissionRegistry

_KEY_HEX = 64


@dataclass
class Runtime:
    """What views, jobs and commands share: settings, database, plugins, registries."""

    settings: Settings
    engine: Engine
    sessions: SessionFactory
    host: PluginHost
    watch: GenerationWatch
    safe_mode: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def unit_of_work(self, *, writes: bool = True) -> Iterator[Session]:
        """Give a session that commits at the end; for jobs and commands."""
        with unit_of_work(self.sessions, writes=writes) as session:
            yield session

    @cached_property
    def permissions(self) -> PermissionRegistry:
        """Every declared permission."""
        from tongban.permissions.registry import PermissionRegistry

        return PermissionRegistry.from_host(self.host)

    @cached_property
    def permission_cache(self) -> PermissionCache:
        """What each person may, remembered until a grant changes anywhere."""
        from tongban.permissions.cache import PermissionCache

        cache = PermissionCache(self.permissions, self.watch)
        self.watch.on_change(PERMISSIONS, cache.clear)
        return cache

    @cached_property
    def jobs(self) -> JobRegistry:
        """Every kind of job and its handler."""
        from tongban.jobs.registry import JobRegistry

        return JobRegistry.from_host(self.host)

    @cached_property
    def files(self) -> FileStore:
        """Where stored files are kept."""
        from tongban.files.store import make_store

        return make_store(self.settings)

    def refresh(self, *, now: bool = False) -> None:
        """Take over what other processes changed: plugins, packages, grants."""
        self.watch.check(now=now)

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()


def build_runtime(settings: Settings, *, safe_mode: bool = False) -> Runtime:
    """Build the parts from the settings. Raises SettingsError or PluginError.

    With `safe_mode` no plugin is loaded, so that a broken one can be repaired.
    """
    use_keys(settings)
    clock.use_zone(settings["site.timezone"])
    host = PluginHost(slot_budget_seconds=settings["web.slot_budget_ms"] / 1000)
    if not safe_mode:
        host.load(settings["plugins"])
        declare_plugin_settings(settings, host)
    engine = make_engine(settings["database.url"], pool_size=settings["database.pool_size"])
    runtime = Runtime(
        settings=settings,
        engine=engine,
        sessions=make_session_factory(engine),
        host=host,
        watch=GenerationWatch(engine),
        safe_mode=safe_mode,
    )
    channels.serve(engine, channels.ChannelRegistry(host, settings))
    if not safe_mode:
        from tongban.pluginhost.state import PluginStateLoader

        loader = PluginStateLoader(lambda: runtime.watch.connect(), host)
        runtime.watch.on_change(PLUGINS, loader.reload)
    return runtime


def declare_plugin_settings(settings: Settings, host: PluginHost) -> None:
    """Add the settings that plugins declare."""
    for _plugin, declared in host.collect("tongban_settings"):
        settings.declare(declared)


def use_keys(settings: Settings) -> None:
    """Hand the keys of the settings to field encryption and audit seals.

    Raises SettingsError when one is missing or malformed, without printing it.
    """
    from tongban.audit import sealing

    keys: dict[int, bytes] = {}
    for entry in settings["crypto.field_keys"]:
        number, _, text = entry.partition(":")
        if not number.isdigit():
            raise SettingsError("crypto.field_keys: each key is `<number>:<64 hex digits>`")
        keys[int(number)] = _key_bytes("crypto.field_keys", text)
    if not keys:
        raise SettingsError(
            "crypto.field_keys is empty: run `tongban keys --out FILE` and set crypto.keys_file"
        )
    hash_key = _key_bytes("crypto.hash_key", settings["crypto.hash_key"])
    crypto.use(crypto.FieldCipher(keys, hash_key))
    sealing.use_key(_key_bytes("crypto.secret", settings["crypto.secret"]))


def _key_bytes(name: str, text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(text) != _KEY_HEX or not value:
        raise SettingsError(f"{name} needs {_KEY_HEX} hex digits: `tongban keys` makes them")
    return value
