"""Finding people: lists by unit and search, within what the viewer may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tongban.auth.models import Account
from tongban.db import crypto
from tongban.db.keyset import Keyset
from tongban.db.paths import Under
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.permissions.beyond import in_force
from tongban.permissions.models import Grant, Role
from tongban.permissions.scopes import scope_condition
from tongban.permissions.viewer import Viewer
from tongban.users.models import Person
from tongban.users.searching import PERSON_SEARCH
from tongban.web.formats import mask_phone

PAGE = 20
VIEW = "users.view"
_PHONE = re.compile(r"1[0-9]{10}", re.ASCII)

BY_NUMBER = Keyset(number=Person.number)


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people is narrowed to; empty values do not narrow.

    `unit_path` takes the subtree unless `subtree` is False. `status` is `active`, `left`,
    `waiting` (account not yet activated) or `disabled` (account switched off).
    """

    query: str = ""
    unit_path: str = ""
    subtree: bool = True
    status: str = ""
    kind: str = ""


class PersonRow(NamedTuple):
    """A person as lists show them; the phone is masked."""

    id: int
    number: str
    name: str
    kind: str
    title: str
    unit_id: int
    unit_name: str
    phone: str
    status: str
    account_status: str
    post: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PeoplePage:
    """One page of people and the cursors of its neighbours."""

    people: tuple[PersonRow, ...]
    previous: str | None
    next: str | None


_POST = (
    select(Position.name)
    .join(Appointment, Appointment.position_id == Position.id)
    .where(Appointment.person_id == Person.id, Appointment.ends_on.is_(None))
    .order_by(Appointment.is_main.desc(), Appointment.id)
    .limit(1)
    .scalar_subquery()
)
_PEOPLE = (
    select(
        Person.id,
        Person.number.label("number"),
        Person.name,
        Person.kind,
        Person.title,
        Person.unit_id,
        OrgUnit.name.label("unit_name"),
        Person.phone,
        Person.status,
        func.coalesce(Account.status, "").label("account_status"),
        func.coalesce(_POST, "").label("post"),
    )
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .outerjoin(Account, Account.person_id == Person.id)
)
_STATUSES: dict[str, ColumnElement[bool]] = {
    "active": Person.status == "active",
    "left": Person.status == "left",
    "waiting": and_(Person.status == "active", Account.status == "inactive"),
    "disabled": and_(Person.status == "active", Account.status == "disabled"),
}


_PICK = (
    select(Person.id, Person.number, Person.name, OrgUnit.name)
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .where(Person.status == "active")
    .order_by(func.length(Person.name), Person.number)
)


def find_people(
    session: Session,
    viewer: Viewer,
    wanted: PeopleFilter,
    cursor: str | None = None,
    *,
    limit: int = PAGE,
) -> PeoplePage:
    """Return a page of the people whom the viewer may see, by number."""
    visible = scope_condition(viewer, VIEW, OrgUnit.path)
    statement = _PEOPLE.where(visible, *_conditions(session, wanted))
    page = BY_NUMBER.page(session, statement, cursor, limit=limit)
    roles = _roles_by_person(session, [row.id for row in page.rows])
    people = tuple(
        PersonRow(
            row.id,
            row.number,
            row.name,
            row.kind,
            row.title,
            row.unit_id,
            row.unit_name,
            mask_phone(row.phone),
            row.status,
            row.account_status,
            row.post,
            roles.get(row.id, ()),
        )
        for row in page.rows
    )
    return PeoplePage(people, page.previous, page.next)


def pick_people(
    session: Session, viewer: Viewer, query: str, *, limit: int = 8
) -> list[tuple[int, str, str, str]]:
    """Return (id, number, name, unit) of active people for choosing one; empty without query."""
    found = PERSON_SEARCH.condition(session, query, Person)
    if found is None:
        return []
    rows = session.execute(
        _PICK.where(found, scope_condition(viewer, VIEW, OrgUnit.path)).limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def find_by_number(
    session: Session, viewer: Viewer, number: str, *, permission: str = VIEW
) -> tuple[int, str] | None:
    """Return (id, name) of the person with a number whom the permission reaches, or None."""
    row = session.execute(
        select(Person.id, Person.name)
        .join(OrgUnit, OrgUnit.id == Person.unit_id)
        .where(Person.number == number, scope_condition(viewer, permission, OrgUnit.path))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def _conditions(session: Session, wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_path and wanted.subtree:
        conditions.append(Under(OrgUnit.path, wanted.unit_path))
    elif wanted.unit_path:
        conditions.append(OrgUnit.path == wanted.unit_path)
    if wanted.status in _STATUSES:
        conditions.append(_STATUSES[wanted.status])
    if wanted.kind:
        conditions.append(Person.kind == wanted.kind)
    found = PERSON_SEARCH.condition(session, wanted.query, Person)
    if found is not None:
        phone = wanted.query.strip()
        if _PHONE.fullmatch(phone):
            found = or_(found, Person.phone_hash == crypto.keyed_hash(phone))
        conditions.append(found)
    return conditions


def _roles_by_person(session: Session, person_ids: list[int]) -> dict[int, tuple[str, ...]]:
    if not person_ids:
        return {}
    rows = session.execute(
        select(Grant.person_id, Role.name)
        .join(Role, Role.id == Grant.role_id)
        .where(in_force(), Grant.person_id.in_(person_ids))
        .order_by(Role.id)
    )
    roles: dict[int, dict[str, None]] = {}
    for person_id, name in rows:
        roles.setdefault(person_id or 0, {})[name] = None
    return {person_id: tuple(names) for person_id, names in roles.items()}
