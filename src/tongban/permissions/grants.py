"""Giving roles to people and posts on units, and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.db.keyset import Keyset
from tongban.orgs.models import OrgUnit, Position
from tongban.permissions.beyond import in_force, missing_titles
from tongban.permissions.models import Grant, Role
from tongban.permissions.registry import OPERATOR, PermissionRegistry
from tongban.permissions.roles import RoleFacts, find_role
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.users.models import Person
from tongban.web.refusals import Conflict, Forbidden, NotFoundHere, Refusal

GRANT = "permissions.grant"
_SHOWN = 5


class GrantRow(NamedTuple):
    """A grant as lists show it; the holder is a person or a post."""

    id: int
    role_key: str
    role_name: str
    unit_id: int
    unit_name: str
    unit_path: str
    reaches_subtree: bool
    person_id: int | None
    person_name: str | None
    person_number: str | None
    position_id: int | None
    position_name: str | None
    position_unit_name: str | None
    granted_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class GrantPage:
    """One page of grants and the cursors of its neighbours."""

    grants: tuple[GrantRow, ...]
    previous: str | None
    next: str | None


BY_ID = Keyset(id=Grant.id)

_post_unit = OrgUnit.__table__.alias("post_unit")

_ROWS = (
    select(
        Grant.id,
        Role.key,
        Role.name,
        OrgUnit.id,
        OrgUnit.name,
        OrgUnit.path,
        Grant.reaches_subtree,
        Grant.person_id,
        Person.name,
        Person.number,
        Grant.position_id,
        Position.name,
        _post_unit.c.name,
        Grant.granted_at,
        Grant.ends_at,
    )
    .join(Role, Role.id == Grant.role_id)
    .join(OrgUnit, OrgUnit.id == Grant.unit_id)
    .outerjoin(Person, Person.id == Grant.person_id)
    .outerjoin(Position, Position.id == Grant.position_id)
    .outerjoin(_post_unit, _post_unit.c.id == Position.unit_id)
)


def list_grants(
    session: Session, *conditions: ColumnElement[bool], cursor: str | None = None, limit: int = 50
) -> GrantPage:
    """Return a page of the grants in force that meet conditions on `Grant`, `Role`, `OrgUnit`."""
    page = BY_ID.page(session, _ROWS.where(in_force(), *conditions), cursor, limit=limit)
    return GrantPage(tuple(GrantRow._make(row) for row in page.rows), page.previous, page.next)


def find_grant(session: Session, grant_id: int) -> GrantRow:
    """Return a grant in force. Raises NotFoundHere."""
    row = session.execute(_ROWS.where(in_force(), Grant.id == grant_id)).one_or_none()
    if row is None:
        raise NotFoundHere("该授权不存在或已收回。")
    return GrantRow._make(row)


def grant_role(
    session: Session,
    registry: PermissionRegistry,
    actor: Viewer | None,
    role_key: str,
    unit_id: int,
    *,
    person_id: int | None = None,
    position_id: int | None = None,
    reaches_subtree: bool = True,
    ends_at: datetime | None = None,
) -> int:
    """Give a role on a unit to a person or a post; return the grant's id.

    `actor` None is the platform itself (seeding, commands). Raises Forbidden when the actor's
    `permissions.grant` does not reach the unit, or the role holds more than the actor may there;
    Conflict when the same is given already; Refusal or NotFoundHere for a holder, unit or end that
    cannot be.
    """
    role = find_role(session, role_key)
    unit_path = _active_unit(session, unit_id)
    holder = _holder_name(session, person_id, position_id)
    if ends_at is not None and ends_at <= clock.now():
        raise Refusal("到期时间须晚于现在。")
    if actor is not None:
        _require_reach(session, registry, actor, role, unit_path)
    if _given_already(session, role.id, unit_id, person_id, position_id):
        raise Conflict(f"{holder}在该部门已有「{role.name}」角色。", title="授权重复")
    grant = Grant(
        role_id=role.id,
        person_id=person_id,
        position_id=position_id,
        unit_id=unit_id,
        reaches_subtree=reaches_subtree,
        granted_by_id=actor.person_id if actor is not None else None,
        ends_at=ends_at,
    )
    session.add(grant)
    session.flush()
    detail = {
        "role": role.key,
        "unit_id": unit_id,
        "person_id": person_id,
        "position_id": position_id,
        "reaches_subtree": reaches_subtree,
        "ends_at": ends_at.isoformat() if ends_at is not None else None,
    }
    record(
        session,
        "grant.give",
        actor=actor,
        object_type="grant",
        object_id=str(grant.id),
        object_name=f"{role.name} → {holder}",
        unit_id=unit_id,
        detail=detail,
    )
    advance(session, PERMISSIONS)
    return grant.id


def revoke_grant(
    session: Session, registry: PermissionRegistry, actor: Viewer | None, grant_id: int
) -> None:
    """Take a grant back; it stays as history.

    Raises NotFoundHere, Forbidden as `grant_role` does, and Refusal when an operator would take
    the last grant of the operator's role.
    """
    row = find_grant(session, grant_id)
    role = find_role(session, row.role_key)
    if actor is not None:
        _require_reach(session, registry, actor, role, row.unit_path)
        _keep_one_operator(session, row)
    session.execute(update(Grant).where(Grant.id == grant_id).values(revoked_at=clock.now()))
    holder = row.person_name or row.position_name or ""
    record(
        session,
        "grant.revoke",
        actor=actor,
        object_type="grant",
        object_id=str(grant_id),
        object_name=f"{row.role_name} → {holder}",
        unit_id=row.unit_id,
        detail={"role": row.role_key},
    )
    advance(session, PERMISSIONS)


def _require_reach(
    session: Session, registry: PermissionRegistry, actor: Viewer, role: RoleFacts, unit_path: str
) -> None:
    if not actor.allows(GRANT, unit_path):
        raise Forbidden("您在该部门没有「授予和收回角色」权限。")
    lacking = missing_titles(
        session, registry, actor, [(role.id, role.key, role.builtin, unit_path)]
    )
    if lacking:
        titles = "、".join(lacking[:_SHOWN])
        raise Forbidden(f"角色「{role.name}」含有您在该部门没有的权限：{titles}。")


def _active_unit(session: Session, unit_id: int) -> str:
    path = session.scalar(
        select(OrgUnit.path).where(OrgUnit.id == unit_id, OrgUnit.status == "active")
    )
    if path is None:
        raise NotFoundHere("该部门不存在或已停用。")
    return path


def _holder_name(session: Session, person_id: int | None, position_id: int | None) -> str:
    if (person_id is None) == (position_id is None):
        raise Refusal("请选择一名人员或一个岗位。")
    if person_id is not None:
        name = session.scalar(
            select(Person.name).where(Person.id == person_id, Person.status == "active")
        )
    else:
        name = session.scalar(select(Position.name).where(Position.id == position_id))
    if name is None:
        raise NotFoundHere("该人员或岗位不存在，或人员已离校。")
    return name


def _given_already(
    session: Session, role_id: int, unit_id: int, person_id: int | None, position_id: int | None
) -> bool:
    return bool(
        session.scalar(
            select(func.count())
            .select_from(Grant)
            .where(
                in_force(),
                Grant.role_id == role_id,
                Grant.unit_id == unit_id,
                Grant.person_id == person_id
                if person_id is not None
                else Grant.position_id == position_id,
            )
        )
    )


def _keep_one_operator(session: Session, row: GrantRow) -> None:
    if row.role_key != OPERATOR:
        return
    others = session.scalar(
        select(func.count())
        .select_from(Grant)
        .join(Role, Role.id == Grant.role_id)
        .join(Person, Person.id == Grant.person_id)
        .where(in_force(), Role.key == OPERATOR, Grant.id != row.id, Person.status == "active")
    )
    if not others:
        raise Refusal("这是最后一位平台管理员，收回后将无人能够管理平台。请先授予另一人。")
