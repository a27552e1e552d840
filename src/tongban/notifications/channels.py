"""Channels: what carries a notification to people, and which channels a process knows.

The contract of a channel (`tongban_channels` returns some):

* `send(parcel)` gets one notification and up to `chunk` recipients, outside of any transaction.
  The deliveries are stored as `sending` already, so a process that dies leaves a trace.
* It answers with one `Result` for all, or a mapping of delivery id to `Result`; a delivery without
  an answer counts as failed. Raising fails all of them.
* `failed` is tried again, five times in all, later each time; `refused` is final (no such number).
* After a crash the outcome of a delivery in `sending` is unknown and it is sent again: pass
  `Recipient.delivery_id` to the provider as its idempotency key where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tongban.pluginhost.errors import PluginError

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost
    from tongban.settings import Settings

log = structlog.get_logger("tongban.notifications")

_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")


@dataclass(frozen=True)
class Recipient:
    """One person a parcel goes to. `phone` is given to channels that ask for it."""

    delivery_id: int
    person_id: int
    number: str
    name: str
    email: str = ""
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Parcel:
    """What a channel carries: the notification's plain values and who gets it.

    `link` is a path of the hall or a full address. `unit_of_work()` opens a session for channels
    that store; `settings` are the process's.
    """

    notification_id: int
    kind: str
    title: str
    text: str
    link: str
    importance: str
    recipients: Sequence[Recipient]
    settings: Settings = field(repr=False)
    unit_of_work: Callable[[], AbstractContextManager[Session]] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What became of a delivery; `answer` is the provider's, for the statistics (≤ 300)."""

    state: Literal["sent", "failed", "refused"]
    answer: str = ""


SENT = Result("sent")

Results = Result | Mapping[int, Result]


@dataclass(frozen=True)
class Channel:
    """A way to reach people. `id` is stored in deliveries: never rename it.

    `default_on` is what counts for people without a preference; a channel that does not disturb
    (in-app) ignores quiet hours; `needs_phone` has phone numbers decrypted for it.
    """

    id: str
    title: str
    send: Callable[[Parcel], Results]
    default_on: bool = True
    disturbs: bool = True
    needs_phone: bool = False
    chunk: int = 200


def _write_to_log(parcel: Parcel) -> Result:
    for recipient in parcel.recipients:
        log.info(
            "notification",
            kind=parcel.kind,
            title=parcel.title,
            link=parcel.link,
            person=recipient.number,
        )
    return SENT


CONSOLE = Channel("console", "运行日志（开发）", _write_to_log, disturbs=False)


class ChannelRegistry:
    """Channels and kinds of notifications that the kernel and the installed plugins declare."""

    def __init__(self, host: PluginHost, settings: Settings) -> None:
        self.timezone: str = settings["site.timezone"]
        self._is_enabled = host.is_enabled
        self._channels: dict[str, tuple[str, Channel]] = {}
        self._kinds: dict[str, tuple[str, str]] = {}
        if settings["development"]:
            self._add_channel("", CONSOLE)
        for plugin, channels in host.collect("tongban_channels"):
            for channel in channels:
                self._add_channel(plugin.id, channel)
        for plugin, kinds in host.collect("tongban_notification_kinds"):
            for name, title in kinds.items():
                self._add_kind(plugin.id, name, title)

    def enabled(self) -> list[Channel]:
        """Return the channels that are on, in the plugins' order."""
        return [channel for owner, channel in self._channels.values() if self._on(owner)]

    def find(self, channel_id: str) -> Channel | None:
        """Return a channel that is on, or None."""
        owner, channel = self._channels.get(channel_id, ("", None))
        return channel if channel is not None and self._on(owner) else None

    def kinds(self) -> dict[str, str]:
        """Return the kinds of plugins that are on, with their titles."""
        return {name: title for name, (owner, title) in self._kinds.items() if self._on(owner)}

    def _on(self, owner: str) -> bool:
        return not owner or self._is_enabled(owner)

    def _add_channel(self, owner: str, channel: Channel) -> None:
        if not _ID.fullmatch(channel.id) or channel.id in self._channels:
            raise PluginError(
                owner or "kernel", f"channel {channel.id!r}: bad id or declared twice"
            )
        self._channels[channel.id] = (owner, channel)

    def _add_kind(self, owner: str, name: str, title: str) -> None:
        if not name.startswith(f"{owner}.") or len(name) > 60:
            raise PluginError(owner, f"notification kind {name} must start with {owner}.")
        self._kinds[name] = (owner, title)


# `notify` is handed a session and nothing else, so the channels are found by its engine.
_by_engine: WeakKeyDictionary[Engine, ChannelRegistry] = WeakKeyDictionary()


def serve(engine: Engine, registry: ChannelRegistry) -> None:
    """Say which channels `notify` uses for sessions on this engine."""
    _by_engine[engine] = registry


def channels_of(session: Session) -> ChannelRegistry:
    """Return the channels for a session. Raises LookupError before `serve`."""
    engine = session.get_bind().engine
    try:
        return _by_engine[engine]
    except KeyError:
        raise LookupError(f"no channels for {engine.url!r}: call channels.serve first") from None
