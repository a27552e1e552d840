"""What a command hands back: the outcome, and what others may want to tell people about."""

from __future__ import annotations

from typing import Literal, NamedTuple
from uuid import UUID

HappeningKind = Literal[
    "started",
    "task_created",
    "copied",
    "decided",
    "returned",
    "withdrawn",
    "resubmitted",
    "cancelled",
    "finished",
]


class Actor(NamedTuple):
    """Who acts: person.id and name."""

    id: int
    name: str


class CaseHappening(NamedTuple):
    """One thing that happened, with what a message about it needs.

    `people` are the person ids it concerns and `tasks` (task_created, copied, returned) their
    tasks in the same order. `outcome`: of `decided` approve, handle, reject or return; of
    `finished` done or rejected.
    """

    kind: HappeningKind
    case_id: UUID
    number: str
    title: str
    item_id: str
    service_name: str
    starter_id: int
    step: str
    people: tuple[int, ...]
    tasks: tuple[UUID, ...]
    outcome: str
    actor: Actor
    comment: str


class Outcome(NamedTuple):
    """The result of a command. `replayed`: it was carried out before, nothing was done now."""

    case_id: UUID
    number: str
    status: str
    replayed: bool
    happenings: tuple[CaseHappening, ...]
