"""What the hall itself finds: items from the catalogue in memory, systems from their short list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tongban_hall.catalogue.browsing import matching
from tongban_hall.catalogue.items import ItemCard
from tongban_hall.systems import SystemCard

MOST = 20


class Hit(NamedTuple):
    """One line of the results."""

    title: str
    text: str
    url: str
    icon: str
    tone: str


class Found(NamedTuple):
    """The results of one source under its heading; `failed` when it could not be asked."""

    key: str
    title: str
    hits: Sequence[Hit]
    failed: bool = False


def find_items(items: Sequence[ItemCard], text: str, item_url: Callable[[str], str]) -> Found:
    """Return the viewer's items that match, best first."""
    hits = [
        Hit(
            item.name,
            f"{item.unit_short} · {item.summary}",
            item_url(item.key),
            item.icon,
            item.tone,
        )
        for item in matching(items, text)[:MOST]
    ]
    return Found("items", "事项", hits)


def find_systems(systems: Sequence[SystemCard], text: str) -> Found:
    """Return the viewer's systems that match."""
    wanted = text.lower()
    hits = [
        Hit(system.name, "系统直通车", system.address, system.icon, system.tone)
        for system in systems
        if wanted in system.name.lower()
        or system.initials.startswith(wanted)
        or system.pinyin.startswith(wanted)
    ]
    return Found("systems", "业务系统", hits[:MOST])
