"""Kinds of jobs and schedules, as the kernel and plugins declare them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cronsim import CronSim, CronSimError
from sqlalchemy.orm import Session

from tongban.pluginhost.errors import PluginError

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost
    from tongban.settings import Settings
    from tongban.web.runtime import Runtime

MAX_ATTEMPTS = 8
LEASE_SECONDS = 60

KERNEL = ""

# Modules of the kernel that declare JOBS and SCHEDULES.
_KERNEL_MODULES = (
    "tongban.audit.jobs",
    "tongban.auth.jobs",
    "tongban.jobs.jobs",
    "tongban.notifications.jobs",
    "tongban.files.jobs",
)

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class HopelessJobError(Exception):
    """Raised by a handler that knows that trying again is useless; the job is dead at once."""


@dataclass(frozen=True)
class JobContext:
    """What a handler gets: the job's payload and the process's parts.

    The handler opens units of work itself, as many as it needs; none is open when it is called.
    """

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    runtime: Runtime

    @property
    def host(self) -> PluginHost:
        """The plugin host."""
        return self.runtime.host

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.runtime.settings

    def unit_of_work(self, *, writes: bool = True) -> AbstractContextManager[Session]:
        """Give a session that commits at the end of the block."""
        return self.runtime.unit_of_work(writes=writes)


Handler = Callable[[JobContext], None]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: `<plugin id>.<what>`, its handler, and how often it is tried.

    The handler is idempotent: it runs at least once, again after a failure (60 s to 6 h later) and
    again when its process dies. `lease_seconds` is how long after such a death; a handler that
    runs longer keeps its lease as long as its process lives. `title` is what the console shows.
    """

    name: str
    handler: Handler
    max_attempts: int = MAX_ATTEMPTS
    lease_seconds: int = LEASE_SECONDS
    title: str = ""


@dataclass(frozen=True)
class ScheduleSpec:
    """A recurring job: `<plugin id>.<what>`, a cron expression in UTC, the kind of its job."""

    name: str
    cron: str
    job_kind: str
    title: str = ""

    def next_after(self, moment: datetime) -> datetime:
        """Return the first moment after `moment`, an aware UTC datetime."""
        following: datetime = next(CronSim(self.cron, moment))
        return following


class JobRegistry:
    """Every declared kind and schedule by name, and whose they are."""

    def __init__(
        self,
        kinds: Iterable[tuple[str, JobKind]] = (),
        schedules: Iterable[tuple[str, ScheduleSpec]] = (),
        is_enabled: Callable[[str], bool] = lambda _plugin_id: True,
    ) -> None:
        self._kinds: dict[str, tuple[str, JobKind]] = {}
        self._schedules: dict[str, tuple[str, ScheduleSpec]] = {}
        self._is_enabled = is_enabled
        for owner, kind in kinds:
            self._add_kind(owner, kind)
        for owner, schedule in schedules:
            self._add_schedule(owner, schedule)

    @classmethod
    def from_host(cls, host: PluginHost) -> JobRegistry:
        """Collect the kernel's and the installed plugins' declarations. Raises PluginError."""
        return cls(
            kinds=[*_kernel("JOBS"), *_declared(host, "tongban_jobs")],
            schedules=[*_kernel("SCHEDULES"), *_declared(host, "tongban_schedules")],
            is_enabled=host.is_enabled,
        )

    def kind(self, name: str) -> JobKind | None:
        """Return a declared kind, or None."""
        found = self._kinds.get(name)
        return found[1] if found is not None else None

    def title(self, name: str) -> str:
        """Return what people call a kind; an undeclared one is shown by its name."""
        kind = self.kind(name)
        return (kind.title if kind is not None else "") or name

    def kinds(self) -> list[JobKind]:
        """Return every declared kind."""
        return [kind for _owner, kind in self._kinds.values()]

    def runnable(self) -> list[str]:
        """Return the kinds that may run now: a switched-off plugin's jobs wait."""
        return [name for name, (owner, _kind) in self._kinds.items() if self._runs(owner)]

    def schedules(self) -> list[ScheduleSpec]:
        """Return every declared schedule."""
        return [schedule for _owner, schedule in self._schedules.values()]

    def schedule(self, name: str) -> ScheduleSpec | None:
        """Return a declared schedule, or None."""
        found = self._schedules.get(name)
        return found[1] if found is not None else None

    def active_schedules(self) -> list[ScheduleSpec]:
        """Return the schedules of the kernel and of plugins that are on."""
        return [schedule for owner, schedule in self._schedules.values() if self._runs(owner)]

    def _runs(self, owner: str) -> bool:
        return owner == KERNEL or self._is_enabled(owner)

    def _add_kind(self, owner: str, kind: JobKind) -> None:
        _check_name(owner, "job", kind.name, self._kinds)
        self._kinds[kind.name] = (owner, kind)

    def _add_schedule(self, owner: str, schedule: ScheduleSpec) -> None:
        _check_name(owner, "schedule", schedule.name, self._schedules)
        if schedule.job_kind not in self._kinds:
            raise PluginError(
                owner or "kernel", f"schedule {schedule.name}: no job kind {schedule.job_kind}"
            )
        try:
            schedule.next_after(datetime.now().astimezone())
        except (CronSimError, StopIteration) as error:
            raise PluginError(
                owner or "kernel", f"schedule {schedule.name}: {schedule.cron!r}: {error}"
            ) from error
        self._schedules[schedule.name] = (owner, schedule)


def _kernel(name: str) -> Iterator[tuple[str, Any]]:
    for module_name in _KERNEL_MODULES:
        module = importlib.import_module(module_name)
        for declared in getattr(module, name, ()):
            yield KERNEL, declared


def _declared(host: PluginHost, hook: str) -> Iterator[tuple[str, Any]]:
    for plugin, declared in host.collect(hook):
        for one in declared:
            yield plugin.id, one


def _check_name(owner: str, what: str, name: str, known: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise PluginError(owner or "kernel", f"{what} {name!r} needs a dotted lowercase name")
    if owner and not name.startswith(f"{owner}."):
        raise PluginError(owner, f"{what} {name} must start with {owner}.")
    if name in known:
        raise PluginError(owner or "kernel", f"{what} {name} is declared twice")
