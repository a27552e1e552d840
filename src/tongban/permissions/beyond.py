"""What somebody has that the actor has not: nobody gives, or takes over, more than their own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.orgs.models import OrgUnit
from tongban.permissions.cache import read_held_grants, read_role_permissions
from tongban.permissions.models import Grant, Role
from tongban.permissions.registry import PermissionRegistry
from tongban.permissions.viewer import Viewer

_OF_POSITION = (
    select(Role.id, Role.key, Role.builtin, OrgUnit.path)
    .select_from(Grant)
    .join(Role, Role.id == Grant.role_id)
    .join(OrgUnit, OrgUnit.id == Grant.unit_id)
    .where(Grant.position_id == bindparam("position_id"))
)


def in_force() -> ColumnElement[bool]:
    """Return the condition that a grant is neither revoked nor past its end."""
    return and_(
        Grant.revoked_at.is_(None), or_(Grant.ends_at.is_(None), Grant.ends_at > clock.now())
    )


def beyond_reach(
    session: Session, registry: PermissionRegistry, actor: Viewer, person_id: int
) -> list[str]:
    """Return titles of what a person may by grants and the actor may not, there.

    Who could change such a person's phone or posts could take over what they may, so services
    refuse that.
    """
    at = clock.now()
    held = [grant for grant in read_held_grants(session, person_id) if grant.in_force(at)]
    return missing_titles(
        session,
        registry,
        actor,
        [(grant.role_id, grant.role_key, grant.builtin, grant.unit_path) for grant in held],
    )


def position_beyond_reach(
    session: Session, registry: PermissionRegistry, actor: Viewer, position_id: int
) -> list[str]:
    """Return titles of what a post gives to its holder and the actor may not give."""
    rows = session.execute(_OF_POSITION.where(in_force()), {"position_id": position_id})
    return missing_titles(
        session, registry, actor, [(row[0], row[1], row[2], row[3]) for row in rows]
    )


def missing_titles(
    session: Session,
    registry: PermissionRegistry,
    actor: Viewer,
    given: list[tuple[int, str, bool, str]],
) -> list[str]:
    """Return titles of what roles, given as (id, key, built-in, unit path), hold beyond it."""
    roles = sorted({(role_id, key, builtin) for role_id, key, builtin, _path in given})
    of_role = read_role_permissions(session, registry, roles)
    lacking = {
        name
        for role_id, _key, _builtin, path in given
        for name in of_role[role_id]
        if not actor.allows(name, path)
    }
    return [registry.title(name) for name in sorted(lacking)]
