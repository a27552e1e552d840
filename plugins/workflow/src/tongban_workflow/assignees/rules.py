"""What a step says about who gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `who`: the resolver's name and what it is asked."""

    name: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policies:
    """The rules of a step and what to do when they find nobody, the starter, or the same again.

    `on_empty`: pass, parent_head, admin, person:<number>. `same_person`: none, adjacent, any.
    `starter_is_approver`: normal, auto, head.
    """

    who: tuple[Rule, ...]
    on_empty: str
    same_person: str = "none"
    starter_is_approver: str = "normal"
