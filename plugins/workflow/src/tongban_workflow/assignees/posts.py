"""Rules `unit_head` and `position`: people by the posts they hold, and the leaders above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import aliased

from tongban.toolkit import Appointment, BigInt, OrgUnit, Person, Position
from tongban_workflow.assignees.asking import Asked, Candidate
from tongban_workflow.assignees.resolver import Reference
from tongban_workflow.assignees.roles import holds_post_today
from tongban_workflow.assignees.units import (
    OWNER,
    STARTER,
    UnitStatements,
    asked_unit,
    check_unit,
    statements,
    unit_references,
)

MAX_LEVEL = 10
MAX_LEADERS = 50
RANKS: Mapping[str, tuple[str, ...]] = {
    "head": ("head",),
    "deputy": ("deputy",),
    "any": ("head", "deputy"),
}

_head_first = case((Appointment.rank == "head", 0), else_=1)


@cache
def _heads(level: int) -> UnitStatements:
    """Build the statement for the heads of the unit `level - 1` steps above the asked one."""

    def build(is_asked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        statement = select(Person.id, Person.name).select_from(asked_unit)
        unit = asked_unit
        for number in range(1, level):
            above = aliased(OrgUnit, name=f"above_{number}")
            statement = statement.join(above, above.id == unit.parent_id)
            unit = above
        return (
            statement.join(Appointment, Appointment.unit_id == unit.id)
            .join(Person, Person.id == Appointment.person_id)
            .where(
                is_asked,
                Appointment.rank.in_(bindparam("ranks", expanding=True)),
                holds_post_today(),
                Person.status == "active",
            )
            .order_by(_head_first, Appointment.is_main.desc(), Person.number)
            .limit(MAX_LEADERS)
        )

    return statements(build)


def _build_leaders(is_asked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Heads of the unit and of all above it, nearest first, but for one person."""
    above = aliased(OrgUnit, name="above")
    return (
        select(Person.id, Person.name, func.length(above.path).label("depth"))
        .select_from(asked_unit)
        .join(above, asked_unit.path.startswith(above.path))
        .join(Appointment, Appointment.unit_id == above.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            is_asked,
            Appointment.rank == "head",
            holds_post_today(),
            Person.status == "active",
            Person.id != bindparam("but", type_=BigInt),
        )
        .order_by(func.length(above.path).desc(), Appointment.is_main.desc(), Person.number)
        .limit(MAX_LEADERS)
    )


_LEADERS = statements(_build_leaders)


def nearest_leaders(asked: Asked, unit: str, *, but: int) -> list[Candidate]:
    """Return the heads of the unit, or of the nearest one above that has any besides `but`."""
    rows = _LEADERS.rows(asked, unit, today=asked.today, but=but)
    nearest = takewhile(lambda row: row.depth == rows[0].depth, rows)
    return [Candidate(row.id, row.name) for row in nearest]


def _build_position(is_asked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(Person.id, Person.name)
        .select_from(asked_unit)
        .join(Position, Position.unit_id == asked_unit.id)
        .join(Appointment, Appointment.position_id == Position.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            is_asked,
            Position.name == bindparam("position"),
            holds_post_today(),
            Person.status == "active",
        )
        .order_by(Position.sort, Person.number)
        .limit(MAX_LEADERS)
    )


_POSITION = statements(_build_position)


class UnitHead:
    """`unit_head`: head (or deputies) of a unit, or of the one `level - 1` steps above."""

    keys = frozenset({"of", "level", "rank"})

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """The unit has a name, the level is a small number, the rank one of three."""
        yield from check_unit(params.get("of", STARTER))
        level = params.get("level", 1)
        if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= MAX_LEVEL:
            yield f"level 应是 1 到 {MAX_LEVEL} 的整数"
        rank = params.get("rank", "head")
        if not isinstance(rank, str) or rank not in RANKS:
            yield "rank 可用 " + "、".join(RANKS)

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """The unit if named by code."""
        return unit_references(self.unit(params))

    def unit(self, params: Mapping[str, Any]) -> str:
        """The unit named; the starter's unless said."""
        return str(params.get("of", STARTER))

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return heads before deputies; a unit without any gives nobody."""
        found = _heads(params.get("level", 1)).rows(
            asked,
            self.unit(params),
            ranks=RANKS[params.get("rank", "head")],
            today=asked.today,
        )
        return [Candidate(row.id, row.name) for row in found]


class PostHolders:
    """`position`: people who hold a post of this name in a unit."""

    keys = frozenset({"name", "unit"})

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """The post and the unit have names."""
        name = params.get("name")
        if not isinstance(name, str) or not 0 < len(name) <= 60:
            yield "name 应写岗位名称"
        yield from check_unit(params.get("unit", OWNER))

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """The unit if named by code; posts come and go."""
        return unit_references(self.unit(params))

    def unit(self, params: Mapping[str, Any]) -> str:
        """The unit named; the item's owner unless said."""
        return str(params.get("unit", OWNER))

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return the holders by the post's order, then number."""
        found = _POSITION.rows(asked, self.unit(params), position=params["name"], today=asked.today)
        return [Candidate(row.id, row.name) for row in found]
