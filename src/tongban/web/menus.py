"""Entries of menus, as plugins contribute them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class MenuItem:
    """One entry. `route` with `params`, or a ready `url`; `counter` names a polled number.

    An entry with a `permission` that the viewer lacks is left out. Lower `order` comes first.
    """

    key: str
    text: str
    route: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    icon: str = ""
    order: int = 100
    permission: str = ""
    counter: str = ""
    fragment: str = ""
