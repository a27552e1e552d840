"""Roles: the built-in ones, and those an operator makes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tongban.audit.services import record
from tongban.permissions.cache import read_role_permissions
from tongban.permissions.models import Grant, Role, RolePermission
from tongban.permissions.registry import (
    AUDITOR,
    OPERATOR,
    SECURITY_OFFICER,
    UNIT_ADMIN,
    UNIT_LEADER,
    PermissionRegistry,
)
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.web.refusals import Conflict, Forbidden, NotFoundHere, Refusal

BUILTIN_ROLES = (
    (OPERATOR, "平台管理员", "信息化管理中心，管理整个平台，具有全部权限"),
    (SECURITY_OFFICER, "安全管理员", "授予和收回角色，查看操作日志"),
    (AUDITOR, "审计员", "查看和导出操作日志"),
    (UNIT_ADMIN, "信息管理员", "管理本部门的人员、机构、授权和事项"),
    (UNIT_LEADER, "部门领导", "查看本部门的人员和办理情况"),
)

_KEY = re.compile(r"[a-z][a-z0-9_-]{1,38}", re.ASCII)
_LONGEST_NAME = 40
_LONGEST_DESCRIPTION = 200


class RoleFacts(NamedTuple):
    """A role as lists show it; `grants` counts those not revoked."""

    id: int
    key: str
    name: str
    description: str
    builtin: bool
    grants: int


_LIST = select(
    Role.id,
    Role.key,
    Role.name,
    Role.description,
    Role.builtin,
    select(func.count())
    .select_from(Grant)
    .where(Grant.role_id == Role.id, Grant.revoked_at.is_(None))
    .scalar_subquery(),
).order_by(Role.builtin.desc(), Role.id)


def seed_roles(session: Session) -> dict[str, int]:
    """Make the built-in roles that are missing; return the ids of all of them by key."""
    keys = [key for key, _name, _description in BUILTIN_ROLES]
    known = dict(session.execute(select(Role.key, Role.id).where(Role.key.in_(keys))).all())
    for key, name, description in BUILTIN_ROLES:
        if key not in known:
            role = Role(key=key, name=name, description=description, builtin=True)
            session.add(role)
            session.flush()
            known[key] = role.id
    return known


def list_roles(session: Session) -> list[RoleFacts]:
    """Return every role, built-in ones first."""
    return [RoleFacts(*row) for row in session.execute(_LIST)]


def find_role(session: Session, key: str) -> RoleFacts:
    """Return a role by its key. Raises NotFoundHere."""
    row = session.execute(_LIST.where(Role.key == key)).one_or_none()
    if row is None:
        raise NotFoundHere("该角色不存在或已被删除。")
    return RoleFacts(*row)


def role_permissions(
    session: Session, registry: PermissionRegistry, role: RoleFacts
) -> frozenset[str]:
    """Return the permissions that a role has now."""
    return read_role_permissions(session, registry, [(role.id, role.key, role.builtin)])[role.id]


def create_role(
    session: Session, actor: Viewer | None, *, key: str, name: str, description: str = ""
) -> int:
    """Make a role without permissions; return its id. `actor` None is the platform itself.

    Raises Refusal for a malformed key or name, Conflict for a key in use, Forbidden.
    """
    require_whole_school(actor)
    name, description = name.strip(), description.strip()
    if not _KEY.fullmatch(key):
        raise Refusal(
            "角色标识须以小写字母开头，由小写字母、数字、连字符和下划线组成，2 至 39 个字符。"
        )
    if not name or len(name) > _LONGEST_NAME or len(description) > _LONGEST_DESCRIPTION:
        raise Refusal("请填写角色名称（不超过 40 字），说明不超过 200 字。")
    if session.scalar(select(Role.id).where(Role.key == key)) is not None:
        raise Conflict(f"角色标识 {key} 已被使用，请换一个。", title="角色标识重复")
    role = Role(key=key, name=name, description=description)
    session.add(role)
    session.flush()
    record(
        session,
        "role.create",
        actor=actor,
        object_type="role",
        object_id=str(role.id),
        object_name=name,
    )
    return role.id


def set_role_permissions(
    session: Session,
    registry: PermissionRegistry,
    actor: Viewer | None,
    role_key: str,
    permissions: Iterable[str],
) -> None:
    """Give a role exactly these stored permissions; a built-in one keeps its declared ones.

    Raises Refusal for an undeclared permission, Forbidden when the actor's own permissions do not
    reach the whole school or lack one that is added, NotFoundHere.
    """
    require_whole_school(actor)
    role = find_role(session, role_key)
    wanted = frozenset(permissions)
    unknown = wanted - registry.names()
    if unknown:
        raise Refusal(f"没有名为 {min(unknown)} 的权限。")
    if role.builtin:
        wanted -= registry.of_builtin_role(role.key)
    stored = frozenset(
        session.scalars(select(RolePermission.permission).where(RolePermission.role_id == role.id))
    )
    added, dropped = wanted - stored, (stored - wanted) & registry.names()
    if not added and not dropped:
        return
    _require_held(registry, actor, added)
    _store(session, role.id, added, dropped)
    record(
        session,
        "role.permissions",
        actor=actor,
        object_type="role",
        object_id=str(role.id),
        object_name=role.name,
        detail={"added": sorted(added), "dropped": sorted(dropped)},
    )
    advance(session, PERMISSIONS)


def _store(session: Session, role_id: int, added: frozenset[str], dropped: frozenset[str]) -> None:
    if dropped:
        session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role_id, RolePermission.permission.in_(dropped)
            )
        )
    if added:
        session.execute(
            insert(RolePermission),
            [{"role_id": role_id, "permission": name} for name in sorted(added)],
        )


def require_whole_school(actor: Viewer | None) -> None:
    """Raise Forbidden unless the actor may keep the roles, which are the whole school's."""
    if actor is not None and not actor.permissions.reach("permissions.grant").everywhere:
        raise Forbidden("维护角色需要在全校范围内具有「授予和收回角色」权限。")


def _require_held(
    registry: PermissionRegistry, actor: Viewer | None, added: frozenset[str]
) -> None:
    if actor is None:
        return
    lacking = sorted(name for name in added if not actor.permissions.reach(name).everywhere)
    if lacking:
        titles = "、".join(registry.title(name) for name in lacking[:5])
        raise Forbidden(f"您在全校范围内没有「{titles}」权限，不能授予他人。")
