"""Plain rows of the demo campus. Rows name each other by stable codes and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A node of the org tree; `parent` is the code of another, None for the school."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    sort: int
    phone: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A member of staff or a student; `unit` is the code of the home unit.

    Staff belong to their department, also when their post is in one of its sections, so that the
    head of their unit is the head of the department. `document_number` is None where the source
    has none.
    """

    number: str
    name: str
    kind: str
    sex: str
    unit: str
    born_on: date
    joined_on: date
    phone: str
    document_type: str
    document_number: str | None
    grade: str = ""
    title: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A post in a unit: `rank` is `head`, `deputy` or `member`."""

    unit: str
    name: str
    rank: str
    sort: int


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """A person (by number) holding a post (by unit and name)."""

    number: str
    unit: str
    position: str
    rank: str
    is_main: bool
    starts_on: date


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that the campus adds to the built-in ones."""

    key: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class RoleGrantRow:
    """A role on a unit, given to a person (`number`) or to a post of that unit (`position`)."""

    role: str
    unit: str
    number: str | None = None
    position: str | None = None
    reaches_subtree: bool = True


@dataclass(frozen=True, slots=True)
class ConnectedSystemRow:
    """A business system on 系统直通车; `audience` are the kinds of people who may enter."""

    key: str
    name: str
    unit: str
    icon: str
    tone: str
    url: str
    audience: tuple[str, ...]
    sort: int
