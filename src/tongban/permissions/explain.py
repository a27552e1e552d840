"""Why somebody may do something on a unit, or may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import Account
from tongban.orgs.models import OrgUnit, Position
from tongban.permissions.cache import HeldGrant, read_held_grants, read_role_permissions
from tongban.permissions.models import Role
from tongban.permissions.registry import Permission, PermissionRegistry
from tongban.users.models import Person
from tongban.web.refusals import NotFoundHere

Verdict = Literal[
    "gives",  # this grant gives it
    "other_unit",  # the role has it, the grant does not reach the unit
    "not_subtree",  # the grant is on a unit above, without its subtree
    "revoked",  # taken back
    "expired",  # past its end
    "post_ended",  # the post is no longer held
    "post_later",  # the post is not held yet
    "lacks",  # the role does not have the permission
]


@dataclass(frozen=True)
class GrantVerdict:
    """One grant of the person and what it means for the question."""

    grant_id: int
    role_key: str
    role_name: str
    unit_name: str
    unit_path: str
    reaches_subtree: bool
    position_name: str
    verdict: Verdict


@dataclass(frozen=True)
class Explanation:
    """The answer to: may this person do this on this unit, and why.

    `lacks` are plain Chinese sentences, each a reason that denies; empty when `allowed`.
    `everyone` says that the permission belongs to everybody of the person's kind; `roles` are the
    names of the roles that have it, for who wants to grant it.
    """

    allowed: bool
    person_name: str
    person_number: str
    permission: str
    permission_title: str
    unit_name: str
    everyone: bool
    account_status: str
    grants: tuple[GrantVerdict, ...]
    lacks: tuple[str, ...]
    roles: tuple[str, ...]


class _Subject(NamedTuple):
    name: str
    number: str
    kind: str
    status: str
    account_status: str


_SUBJECT = (
    select(
        Person.name, Person.number, Person.kind, Person.status, func.coalesce(Account.status, "")
    )
    .outerjoin(Account, Account.person_id == Person.id)
    .where(Person.id == bindparam("person_id"))
)
_ROLES = select(Role.id, Role.key, Role.builtin, Role.name).order_by(Role.id)

_ACCOUNT_LACKS = {
    "": "还没有账号，无法登录。",
    "inactive": "账号尚未激活，无法登录。",
    "disabled": "账号已停用，无法登录。",
}


def explain(
    session: Session,
    registry: PermissionRegistry,
    person_id: int,
    permission: str,
    unit_id: int | None = None,
) -> Explanation:
    """Explain whether a person may do something on a unit, None asking for anywhere at all.

    Raises NotFoundHere for an unknown person, permission or unit.
    """
    subject, declared = _subject(session, person_id), _declared(registry, permission)
    unit_name, unit_path = _unit(session, unit_id)
    held = read_held_grants(session, person_id)
    having = _roles_having(session, registry, permission)
    verdicts = _verdicts(session, held, having, declared, unit_path)
    everyone = subject.kind in declared.everyone
    granted = everyone or any(one.verdict == "gives" for one in verdicts)
    lacks = _person_lacks(subject)
    if not granted:
        lacks += _grant_lacks(verdicts, declared, unit_name)
    return Explanation(
        allowed=granted and subject.status == "active" and subject.account_status == "active",
        person_name=subject.name,
        person_number=subject.number,
        permission=permission,
        permission_title=declared.title,
        unit_name=unit_name,
        everyone=everyone,
        account_status=subject.account_status,
        grants=tuple(verdicts),
        lacks=tuple(lacks),
        roles=tuple(having.values()),
    )


def _subject(session: Session, person_id: int) -> _Subject:
    row = session.execute(_SUBJECT, {"person_id": person_id}).one_or_none()
    if row is None:
        raise NotFoundHere("没有找到该人员。")
    return _Subject(*row)


def _declared(registry: PermissionRegistry, permission: str) -> Permission:
    declared = registry.get(permission)
    if declared is None:
        raise NotFoundHere(f"没有名为 {permission} 的权限。")
    return declared


def _unit(session: Session, unit_id: int | None) -> tuple[str, str | None]:
    if unit_id is None:
        return "任一部门", None
    row = session.execute(
        select(OrgUnit.name, OrgUnit.path).where(OrgUnit.id == unit_id)
    ).one_or_none()
    if row is None:
        raise NotFoundHere("没有找到该部门。")
    return row[0], row[1]


def _roles_having(
    session: Session, registry: PermissionRegistry, permission: str
) -> dict[int, str]:
    roles = session.execute(_ROLES).all()
    of_role = read_role_permissions(session, registry, [(row[0], row[1], row[2]) for row in roles])
    return {row[0]: row[3] for row in roles if permission in of_role[row[0]]}


def _verdicts(
    session: Session,
    held: Sequence[HeldGrant],
    having: dict[int, str],
    permission: Permission,
    unit_path: str | None,
) -> list[GrantVerdict]:
    at = clock.now()
    ids = {grant.position_id for grant in held if grant.position_id is not None}
    names: dict[int, str] = {}
    if ids:
        rows = session.execute(select(Position.id, Position.name).where(Position.id.in_(ids)))
        names = {row[0]: row[1] for row in rows}
    return [
        GrantVerdict(
            grant.grant_id,
            grant.role_key,
            grant.role_name,
            grant.unit_name,
            grant.unit_path,
            grant.reaches_subtree,
            names.get(grant.position_id or 0, ""),
            _verdict(grant, grant.role_id in having, permission, unit_path, at),
        )
        for grant in held
    ]


def _verdict(
    grant: HeldGrant,
    role_has_it: bool,
    permission: Permission,
    unit_path: str | None,
    at: datetime,
) -> Verdict:
    if not role_has_it:
        return "lacks"
    if grant.revoked_at is not None:
        return "revoked"
    if grant.ends_at is not None and grant.ends_at <= at:
        return "expired"
    if at < grant.begins:
        return "post_later"
    if at >= grant.expires:
        return "post_ended"
    if unit_path is None or not permission.scoped or unit_path == grant.unit_path:
        return "gives"
    if not unit_path.startswith(grant.unit_path):
        return "other_unit"
    return "gives" if grant.reaches_subtree else "not_subtree"


def _person_lacks(subject: _Subject) -> list[str]:
    lacks = []
    if subject.status != "active":
        lacks.append(f"{subject.name}已离校，不再具有任何权限。")
    reason = _ACCOUNT_LACKS.get(subject.account_status)
    if reason is not None:
        lacks.append(f"{subject.name}{reason}")
    return lacks


def _grant_lacks(
    verdicts: Sequence[GrantVerdict], permission: Permission, unit_name: str
) -> list[str]:
    lacks = [_sentence(one, permission, unit_name) for one in verdicts if one.verdict != "lacks"]
    return lacks or [f"没有任何授权给出「{permission.title}」权限。"]


def _sentence(one: GrantVerdict, permission: Permission, unit_name: str) -> str:
    role = f"角色「{one.role_name}」含有「{permission.title}」权限"
    through = f"，经岗位「{one.position_name}」取得" if one.position_name else ""
    why = {
        "other_unit": f"但授权部门是{one.unit_name}，不包含{unit_name}",
        "not_subtree": f"但只对{one.unit_name}本身有效，不含下级部门",
        "revoked": "但授权已收回",
        "expired": "但授权已到期",
        "post_ended": "但已不再担任该岗位",
        "post_later": "但尚未到任",
    }.get(one.verdict, "")
    return f"{role}{through}，{why}。"
