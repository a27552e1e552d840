"""The preferences form: which kinds on which channels, and quiet hours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tongban.notifications.channels import ChannelRegistry
from tongban.notifications.preferences import Choice, QuietTime

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass
class PreferencesInput:
    """What was posted: the texts to show again, the values, what is wrong by field."""

    wanted: frozenset[Choice]
    quiet_from: str
    quiet_to: str
    quiet: QuietTime | None = None
    messages: dict[str, str] = field(default_factory=dict)


def choice_value(choice: Choice) -> str:
    """Return a check box's value for a kind and channel."""
    return "|".join(choice)


def read_preferences(posted: Any, registry: ChannelRegistry) -> PreferencesInput:
    """Check a posted form; choices that are not offered are left out."""
    offered = {
        choice_value((kind, channel.id)): (kind, channel.id)
        for kind in registry.kinds()
        for channel in registry.enabled()
    }
    ticked: Iterable[str] = posted.getall("wanted")
    given = PreferencesInput(
        wanted=frozenset(offered[value] for value in ticked if value in offered),
        quiet_from=posted.get("quiet_from", "").strip()[:8],
        quiet_to=posted.get("quiet_to", "").strip()[:8],
    )
    _read_quiet(given)
    return given


def time_text(minute: int) -> str:
    """Return minutes after midnight as 22:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _read_quiet(given: PreferencesInput) -> None:
    texts = {"quiet_from": given.quiet_from, "quiet_to": given.quiet_to}
    if not any(texts.values()):
        return
    minutes: dict[str, int] = {}
    for name, text in texts.items():
        match = _TIME.fullmatch(text)
        if match is not None:
            minutes[name] = int(match[1]) * 60 + int(match[2])
        elif text:
            given.messages[name] = "请按 22:00 的格式填写时间。"
        else:
            given.messages[name] = "请填写时间；不需要免打扰时，两个时间都留空。"
    if len(minutes) < len(texts):
        return
    if minutes["quiet_from"] == minutes["quiet_to"]:
        given.messages["quiet_to"] = "结束时间不能与开始时间相同。"
        return
    given.quiet = QuietTime(minutes["quiet_from"], minutes["quiet_to"])
