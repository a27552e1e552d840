"""Rule `role`: people who hold a role on a unit, or on one above that reaches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, or_, select, union_all
from sqlalchemy.orm import aliased

from tongban.toolkit import Appointment, Grant, OrgUnit, Person, Role, UtcDateTime
from tongban_workflow.assignees.asking import Asked, Candidate
from tongban_workflow.assignees.resolver import Reference
from tongban_workflow.assignees.units import (
    OWNER,
    asked_unit,
    check_unit,
    statements,
    unit_references,
)

MAX_HOLDERS = 200

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")

_granted_unit = aliased(OrgUnit, name="granted_unit")


class Holder(NamedTuple):
    """A holder of a role; `depth` grows towards the unit asked about."""

    id: int
    name: str
    depth: int


def _holders(is_asked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    reaches = or_(
        _granted_unit.id == asked_unit.id,
        and_(Grant.reaches_subtree, asked_unit.path.startswith(_granted_unit.path)),
    )
    now = bindparam("now", type_=UtcDateTime)
    valid = (
        select(
            Person.id,
            Person.name,
            Person.number,
            func.length(_granted_unit.path).label("depth"),
        )
        .select_from(Role)
        .join(Grant, Grant.role_id == Role.id)
        .join(_granted_unit, _granted_unit.id == Grant.unit_id)
        .join(asked_unit, reaches)
        .where(
            Role.key == bindparam("role"),
            Grant.revoked_at.is_(None),
            or_(Grant.ends_at.is_(None), Grant.ends_at > now),
            is_asked,
        )
    )
    people = valid.join(Person, Person.id == Grant.person_id)
    posts = valid.join(Appointment, Appointment.position_id == Grant.position_id).join(
        Person, Person.id == Appointment.person_id
    )
    found = union_all(
        people.where(Person.status == "active"),
        posts.where(Person.status == "active", holds_post_today()),
    ).subquery("holders")
    return (
        select(found.c.id, found.c.name, found.c.depth)
        .order_by(found.c.depth.desc(), found.c.number)
        .limit(MAX_HOLDERS)
    )


def holds_post_today() -> ColumnElement[bool]:
    """Return the condition that an appointment has begun and not ended (bind `today`)."""
    today = bindparam("today", type_=Date)
    return and_(
        Appointment.starts_on <= today,
        or_(Appointment.ends_on.is_(None), Appointment.ends_on >= today),
    )


_HOLDERS = statements(_holders)


def holders(asked: Asked, role: str, unit: str) -> list[Holder]:
    """Return active holders of a role that reaches the unit, nearest grant first."""
    rows = _HOLDERS.rows(asked, unit, role=role, now=asked.now, today=asked.today)
    return [Holder(row.id, row.name, row.depth) for row in rows]


class RoleHolders:
    """`role`: holders of a role on a unit, directly or by the post they hold."""

    keys = frozenset({"role", "unit"})

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """The role has a key; the unit a name."""
        role = params.get("role")
        if not isinstance(role, str) or not _KEY.match(role):
            yield "role 应写角色的代码"
        yield from check_unit(params.get("unit", OWNER))

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """The role, and the unit if named by code."""
        return [Reference("role", params["role"]), *unit_references(self.unit(params))]

    def unit(self, params: Mapping[str, Any]) -> str:
        """The unit named; the item's owner unless said."""
        return str(params.get("unit", OWNER))

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return the holders, nearest grant first."""
        found = holders(asked, params["role"], self.unit(params))
        return [Candidate(holder.id, holder.name) for holder in found]
