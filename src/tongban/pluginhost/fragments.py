"""Page fragments that plugins put into slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fragment:
    """A piece of a page: a template of the plugin and the plain values it shows.

    `template` is an asset spec (`tongban_hall:templates/card.pt`); `order` sorts fragments of one
    slot (lower first); `area` is the place inside the slot, as the slot's page documents it.
    """

    key: str
    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100
    area: str = ""
