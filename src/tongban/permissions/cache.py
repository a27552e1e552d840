"""Reading what somebody may, and remembering it until a grant changes anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Date, ScalarSelect, bindparam, cast, null, select, union_all
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db.types import BigInt
from tongban.orgs.models import Appointment, OrgUnit
from tongban.permissions.models import Grant, Role, RolePermission
from tongban.permissions.registry import PermissionRegistry
from tongban.permissions.viewer import WHOLE_SCHOOL, PermissionSet, Reach
from tongban.pluginhost.generation import PERMISSIONS, GenerationWatch, advanced
from tongban.pluginhost.models import Generation

_MOST_KEPT = 20_000
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class HeldGrant(NamedTuple):
    """A grant that reaches a person, directly or through a post (`position_id`) held or held once.

    `starts_on` and `ends_on` are the days of the appointment; the last is the first day on which
    the post was no longer held.
    """

    grant_id: int
    role_id: int
    role_key: str
    role_name: str
    builtin: bool
    unit_id: int
    unit_name: str
    unit_path: str
    reaches_subtree: bool
    position_id: int | None
    revoked_at: datetime | None
    ends_at: datetime | None
    starts_on: date | None
    ends_on: date | None

    @property
    def begins(self) -> datetime:
        """The moment from which it is in force."""
        return _ALWAYS if self.starts_on is None else clock.day_begins(self.starts_on)

    @property
    def expires(self) -> datetime:
        """The moment from which it is no longer in force."""
        ends = _NEVER if self.ends_on is None else clock.day_begins(self.ends_on)
        return min(ends, self.ends_at or _NEVER, self.revoked_at or _NEVER)

    def in_force(self, at: datetime) -> bool:
        """Say whether it gives anything at the moment `at`."""
        return self.begins <= at < self.expires


_HELD = union_all(
    select(
        Grant.id.label("grant_id"),
        cast(null(), BigInt).label("position_id"),
        cast(null(), Date).label("starts_on"),
        cast(null(), Date).label("ends_on"),
    ).where(Grant.person_id == bindparam("person_id")),
    select(Grant.id, Grant.position_id, Appointment.starts_on, Appointment.ends_on)
    .join(Appointment, Appointment.position_id == Grant.position_id)
    .where(Appointment.person_id == bindparam("person_id")),
).subquery("held")

_GRANTS = (
    select(
        Grant.id,
        Role.id,
        Role.key,
        Role.name,
        Role.builtin,
        OrgUnit.id,
        OrgUnit.name,
        OrgUnit.path,
        Grant.reaches_subtree,
        _HELD.c.position_id,
        Grant.revoked_at,
        Grant.ends_at,
        _HELD.c.starts_on,
        _HELD.c.ends_on,
    )
    .select_from(_HELD)
    .join(Grant, Grant.id == _HELD.c.grant_id)
    .join(Role, Role.id == Grant.role_id)
    .join(OrgUnit, OrgUnit.id == Grant.unit_id)
    .order_by(Grant.id)
)

_STORED = select(RolePermission.role_id, RolePermission.permission).where(
    RolePermission.role_id.in_(bindparam("role_ids", expanding=True))
)


def read_held_grants(session: Session, person_id: int) -> list[HeldGrant]:
    """Return every grant that reaches or once reached a person, ended ones included."""
    rows = session.execute(_GRANTS, {"person_id": person_id})
    return [HeldGrant(*row) for row in rows]


def read_role_permissions(
    session: Session, registry: PermissionRegistry, roles: Sequence[tuple[int, str, bool]]
) -> dict[int, frozenset[str]]:
    """Return the declared permissions of each role, given as (id, key, built-in).

    Stored names that nobody declares any more give nothing.
    """
    if not roles:
        return {}
    names: dict[int, set[str]] = {role_id: set() for role_id, _key, _builtin in roles}
    for role_id, permission in session.execute(_STORED, {"role_ids": list(names)}):
        names[role_id].add(permission)
    for role_id, key, builtin in roles:
        if builtin:
            names[role_id] |= registry.of_builtin_role(key)
    declared = registry.names()
    return {role_id: frozenset(found & declared) for role_id, found in names.items()}


@dataclass(frozen=True)
class _Remembered:
    permissions: PermissionSet
    generation: int
    until: datetime


class PermissionCache:
    """What each person may, remembered per process until a grant changes anywhere.

    An entry belongs to one generation of grants and ends by itself when the next grant or
    appointment of the person begins or expires.
    """

    def __init__(self, registry: PermissionRegistry, watch: GenerationWatch) -> None:
        self.registry = registry
        self._watch = watch
        self._kept: dict[int, _Remembered] = {}

    def permissions_of(
        self, session: Session, person_id: int, kind: str, *, generation: int | None = None
    ) -> PermissionSet:
        """Return what a person of a kind (`staff`, `student`) may.

        `generation` is the number that `permission_generation()` selected together with the
        caller's own statement; without it the one last seen by the process counts, which other
        processes' changes reach within a second.
        """
        if advanced(session, PERMISSIONS):  # what it reads may still be rolled back
            return read_permissions(session, self.registry, person_id, kind)[0]
        current = self._watch.value(PERMISSIONS) if generation is None else generation
        known = self._kept.get(person_id)
        if known is not None and known.generation == current and clock.now() < known.until:
            return known.permissions
        permissions, until = read_permissions(session, self.registry, person_id, kind)
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {}
        self._kept[person_id] = _Remembered(permissions, current, until)
        return permissions

    def clear(self) -> None:
        """Forget everything."""
        self._kept = {}


def permission_generation() -> ScalarSelect[int | None]:
    """Return a scalar subquery for the present generation of grants; NULL before the first."""
    return select(Generation.value).where(Generation.name == PERMISSIONS).scalar_subquery()


def read_permissions(
    session: Session, registry: PermissionRegistry, person_id: int, kind: str
) -> tuple[PermissionSet, datetime]:
    """Read what a person may now, and the moment until which the answer holds."""
    at = clock.now()
    held = read_held_grants(session, person_id)
    in_force = [grant for grant in held if grant.in_force(at)]
    roles = {(grant.role_id, grant.role_key, grant.builtin) for grant in in_force}
    of_role = read_role_permissions(session, registry, sorted(roles))
    permissions = combine(registry, in_force, of_role, kind)
    moments = [moment for grant in held for moment in (grant.begins, grant.expires)]
    return permissions, min((moment for moment in moments if moment > at), default=_NEVER)


def combine(
    registry: PermissionRegistry,
    grants: Sequence[HeldGrant],
    of_role: dict[int, frozenset[str]],
    kind: str,
) -> PermissionSet:
    """Put together what grants in force give to a person of a kind."""
    subtrees: defaultdict[str, set[str]] = defaultdict(set)
    exact: defaultdict[str, set[str]] = defaultdict(set)
    for grant in grants:
        reached = subtrees if grant.reaches_subtree else exact
        for name in of_role[grant.role_id]:
            reached[name].add(grant.unit_path)
    reaches = {name: Reach.of(subtrees[name], exact[name]) for name in {*subtrees, *exact}}
    for name in reaches:
        permission = registry.get(name)
        if permission is not None and not permission.scoped:
            reaches[name] = WHOLE_SCHOOL
    reaches.update(dict.fromkeys(registry.for_everyone(kind), WHOLE_SCHOOL))
    return PermissionSet(reaches)
