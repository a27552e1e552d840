"""Heads and deputies of units, for approvals that go to 部门负责人 or to the level above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, literal, or_, select
from sqlalchemy.orm import Session, aliased

from tongban import clock
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.users.models import Person


class Leader(NamedTuple):
    """A person who leads a unit now."""

    person_id: int
    number: str
    name: str
    rank: str
    position_name: str
    unit_id: int


class _Step(NamedTuple):
    depth: int
    unit_id: int
    kind: str
    leader: Leader | None


_first = (
    select(
        OrgUnit.id.label("id"),
        OrgUnit.parent_id.label("parent_id"),
        OrgUnit.kind.label("kind"),
        literal(0, Integer).label("depth"),
    )
    .where(OrgUnit.id == bindparam("unit_id"))
    .cte("above", recursive=True)
)
_parent = aliased(OrgUnit, name="parent_unit")
_ABOVE = _first.union_all(
    select(_parent.id, _parent.parent_id, _parent.kind, _first.c.depth + 1).join(
        _first, _parent.id == _first.c.parent_id
    )
)
_LEADERS = (
    select(
        _ABOVE.c.depth,
        _ABOVE.c.id,
        _ABOVE.c.kind,
        Person.id,
        Person.number,
        Person.name,
        Appointment.rank,
        Position.name,
    )
    .select_from(_ABOVE)
    .outerjoin(
        Appointment,
        and_(
            Appointment.unit_id == _ABOVE.c.id,
            Appointment.rank.in_(bindparam("ranks", expanding=True)),
            Appointment.starts_on <= bindparam("today"),
            or_(Appointment.ends_on.is_(None), Appointment.ends_on > bindparam("today")),
        ),
    )
    .outerjoin(Position, Position.id == Appointment.position_id)
    .outerjoin(Person, and_(Person.id == Appointment.person_id, Person.status == "active"))
    .order_by(_ABOVE.c.depth, Position.sort, Appointment.id)
)


def heads_of(
    session: Session, unit_id: int, level: int = 0, *, ranks: Sequence[str] = ("head",)
) -> list[Leader]:
    """Return who leads a unit (`level` 0) or the unit that many levels above it.

    `ranks` are `head` and `deputy`. Groups (机构分类) above the unit are headings, not levels.
    Empty when the unit has no leader now, or there are not that many levels.
    """
    steps = _climb(session, unit_id, ranks)
    levels = _levels(steps)
    if level >= len(levels):
        return []
    wanted = levels[level]
    return [step.leader for step in steps if step.unit_id == wanted and step.leader is not None]


def nearest_heads(
    session: Session, unit_id: int, *, ranks: Sequence[str] = ("head",)
) -> list[Leader]:
    """Return who leads the unit, or else the nearest unit above it that has a leader."""
    steps = _climb(session, unit_id, ranks)
    for wanted in dict.fromkeys(step.unit_id for step in steps):
        found = [step.leader for step in steps if step.unit_id == wanted and step.leader]
        if found:
            return found
    return []


def _climb(session: Session, unit_id: int, ranks: Sequence[str]) -> list[_Step]:
    rows = session.execute(
        _LEADERS, {"unit_id": unit_id, "ranks": list(ranks), "today": clock.today()}
    )
    return [
        _Step(
            row[0],
            row[1],
            row[2],
            None if row[3] is None else Leader(row[3], row[4], row[5], row[6], row[7], row[1]),
        )
        for row in rows
    ]


def _levels(steps: Sequence[_Step]) -> list[int]:
    counted = [step.unit_id for step in steps if step.depth == 0 or step.kind != "group"]
    return list(dict.fromkeys(counted))
