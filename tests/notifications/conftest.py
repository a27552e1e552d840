"""A channel that keeps what it was given, in a runtime that declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

import pytest

from tongban.hookspecs import hookimpl
from tongban.notifications import channels
from tongban.notifications.channels import SENT, Channel, ChannelRegistry, Parcel, Result
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.web.runtime import Runtime


@dataclass
class Post:
    """A provider: what it was asked to send, and how it answers."""

    parcels: list[Parcel] = field(default_factory=list)
    answer: Callable[[Parcel], Result | Mapping[int, Result]] = lambda _parcel: SENT

    def send(self, parcel: Parcel) -> Result | Mapping[int, Result]:
        self.parcels.append(parcel)
        return self.answer(parcel)

    @property
    def people(self) -> list[int]:
        return [one.person_id for parcel in self.parcels for one in parcel.recipients]


def plugin_of(*declared: Channel) -> InstalledPlugin:
    """A plugin `post` with these channels and one kind of notification."""
    module = ModuleType("tongban_post.plugin")

    @hookimpl
    def tongban_channels() -> tuple[Channel, ...]:
        return declared

    @hookimpl
    def tongban_notification_kinds() -> dict[str, str]:
        return {"post.task": "新待办", "post.done": "办件完成"}

    module.tongban_channels = tongban_channels  # type: ignore[attr-defined]  # made up here
    module.tongban_notification_kinds = tongban_notification_kinds  # type: ignore[attr-defined]
    return InstalledPlugin("post", "邮递", "1", "code", module)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def install(runtime: Runtime) -> Iterator[Callable[..., None]]:
    """Install the plugin `post` with channels, for one test."""
    before = ChannelRegistry(runtime.host, runtime.settings)

    def installed(*declared: Channel) -> None:
        runtime.host.register(plugin_of(*declared))
        channels.serve(runtime.engine, ChannelRegistry(runtime.host, runtime.settings))

    yield installed
    if runtime.host.plugin("post") is not None:
        runtime.host.set_disabled(())
        runtime.host.unregister("post")
    channels.serve(runtime.engine, before)


@pytest.fixture
def sms(install: Callable[..., None], post: Post) -> Channel:
    """A channel that disturbs, needs phones and takes three recipients at a time."""
    channel = Channel("sms", "短信", post.send, needs_phone=True, chunk=3)
    install(channel)
    return channel
