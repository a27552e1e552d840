"""Writing the rows of the campus with Core, in bulk.

The ids that the database gives are read back by code and number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, insert, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import Account
from tongban.auth.passwords import hash_password
from tongban.db.crypto import keyed_hash
from tongban.demo.accounts import DEMO_PHRASE
from tongban.demo.blueprint import departments
from tongban.demo.campus import Campus
from tongban.demo.rows import PersonRow, UnitRow
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.permissions.models import Grant, Role
from tongban.permissions.roles import seed_roles
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.users.documents import normalise
from tongban.users.models import Person
from tongban.users.names import spell_person

SOURCE = "demo"
"""Where people of the demo campus come from, in the column that names a person's source."""

_CHUNK = 1_000

Row = dict[str, Any]


def write_campus(session: Session, campus: Campus) -> Campus:
    """Write everything in the caller's transaction; return the campus with its ids."""
    role_ids = seed_roles(session)
    connection = session.connection()
    unit_ids = _write_units(connection, campus.units)
    person_ids = _write_people(connection, campus.people, unit_ids)
    position_ids = _write_positions(connection, campus, unit_ids)
    _write_appointments(connection, campus, unit_ids, person_ids, position_ids)
    role_ids |= _write_roles(connection, campus)
    _write_grants(connection, campus, role_ids, unit_ids, person_ids, position_ids)
    _write_accounts(connection, campus, person_ids)
    advance(session, PERMISSIONS)
    return campus.stored_as(unit_ids, person_ids)


# --- units ---


def _write_units(connection: Connection, units: Sequence[UnitRow]) -> dict[str, int]:
    """Insert units level by level: the paths below a unit begin with its own."""
    table = _table(OrgUnit)
    ids: dict[str, int] = {}
    paths: dict[str | None, str] = {None: "/"}
    for level in _levels(units):
        rows = [_unit_row(unit, ids) for unit in level]
        returned = _insert(connection, table, rows, table.c.code, table.c.id)
        ids.update((code, unit_id) for code, unit_id in returned)
        for unit in level:
            paths[unit.code] = f"{paths[unit.parent]}{ids[unit.code]}/"
    setting = update(table).where(table.c.id == bindparam("unit")).values(path=bindparam("at"))
    connection.execute(setting, [{"unit": ids[code], "at": paths[code]} for code in ids])
    return ids


def _unit_row(unit: UnitRow, ids: Mapping[str, int]) -> Row:
    return {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "parent_id": None if unit.parent is None else ids[unit.parent],
        "path": "",
        "sort": unit.sort,
        "phone": unit.phone,
        "place": unit.place,
    }


def _levels(units: Sequence[UnitRow]) -> list[list[UnitRow]]:
    depths: dict[str | None, int] = {None: -1}
    for unit in units:
        depths[unit.code] = depths[unit.parent] + 1
    by_depth = sorted(units, key=lambda unit: depths[unit.code])
    return [list(level) for _depth, level in groupby(by_depth, key=lambda u: depths[u.code])]


# --- people ---


def _write_people(
    connection: Connection, people: Sequence[PersonRow], unit_ids: Mapping[str, int]
) -> dict[str, int]:
    table = _table(Person)
    rows = (_person_row(person, unit_ids) for person in people)
    return dict(_insert(connection, table, rows, table.c.number, table.c.id))


def _person_row(person: PersonRow, unit_ids: Mapping[str, int]) -> Row:
    spelling = spell_person(person.name)
    document = person.document_number
    return {
        "number": person.number,
        "name": person.name,
        "pinyin": spelling.pinyin,
        "initials": spelling.initials,
        "kind": person.kind,
        "sex": person.sex,
        "unit_id": unit_ids[person.unit],
        "grade": person.grade,
        "title": person.title,
        "email": person.email,
        "phone": person.phone,
        "phone_hash": keyed_hash(person.phone),
        "document_type": person.document_type,
        "document_number": document,
        "document_hash": None if document is None else keyed_hash(normalise(document)),
        "born_on": person.born_on,
        "joined_on": person.joined_on,
        "source": SOURCE,
    }


# --- posts ---


def _write_positions(
    connection: Connection, campus: Campus, unit_ids: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    table = _table(Position)
    rows = (
        {
            "unit_id": unit_ids[position.unit],
            "name": position.name,
            "rank": position.rank,
            "sort": position.sort,
        }
        for position in campus.positions
    )
    codes = {unit_id: code for code, unit_id in unit_ids.items()}
    returned = _insert(connection, table, rows, table.c.unit_id, table.c.name, table.c.id)
    return {(codes[unit_id], name): position_id for unit_id, name, position_id in returned}


def _write_appointments(
    connection: Connection,
    campus: Campus,
    unit_ids: Mapping[str, int],
    person_ids: Mapping[str, int],
    position_ids: Mapping[tuple[str, str], int],
) -> None:
    rows = (
        {
            "person_id": person_ids[appointment.number],
            "unit_id": unit_ids[appointment.unit],
            "position_id": position_ids[appointment.unit, appointment.position],
            "rank": appointment.rank,
            "is_main": appointment.is_main,
            "starts_on": appointment.starts_on,
        }
        for appointment in campus.appointments
    )
    _insert(connection, _table(Appointment), rows)


# --- roles, grants, accounts ---


def _write_roles(connection: Connection, campus: Campus) -> dict[str, int]:
    table = _table(Role)
    rows = (
        {"key": role.key, "name": role.name, "description": role.description}
        for role in campus.roles
    )
    return dict(_insert(connection, table, rows, table.c.key, table.c.id))


def _write_grants(
    connection: Connection,
    campus: Campus,
    role_ids: Mapping[str, int],
    unit_ids: Mapping[str, int],
    person_ids: Mapping[str, int],
    position_ids: Mapping[tuple[str, str], int],
) -> None:
    rows = (
        {
            "role_id": role_ids[grant.role],
            "unit_id": unit_ids[grant.unit],
            "person_id": person_ids[grant.number] if grant.number else None,
            "position_id": position_ids[grant.unit, grant.position] if grant.position else None,
            "reaches_subtree": grant.reaches_subtree,
        }
        for grant in campus.grants
    )
    _insert(connection, _table(Grant), rows)


def _write_accounts(connection: Connection, campus: Campus, person_ids: Mapping[str, int]) -> None:
    """Give everybody an account; who leads, works in an office or was given a role may sign in.

    They share one hash, computed once: their password is public anyway, and a hash of its own for
    each would take longer than everything else. The others activate theirs, as on a real campus.
    """
    shared_hash = hash_password(DEMO_PHRASE)
    now = clock.now()
    active = {
        "password_hash": shared_hash,
        "status": "active",
        "password_changed_at": now,
        "activated_at": now,
    }
    inactive = dict.fromkeys(active) | {"status": "inactive"}
    able = _able_to_sign_in(campus)
    rows = (
        {"person_id": person_id, "username": number, **(active if number in able else inactive)}
        for number, person_id in person_ids.items()
    )
    _insert(connection, _table(Account), rows)


def _able_to_sign_in(campus: Campus) -> Collection[str]:
    leaders = {one.number for one in campus.appointments if one.rank != "member"}
    granted = {grant.number for grant in campus.grants if grant.number is not None}
    offices = {department.code for department in departments()}
    officials = {person.number for person in campus.people if person.unit in offices}
    return leaders | granted | officials | {account.number for account in campus.accounts}


# --- bulk ---


def _insert(
    connection: Connection, table: Table, rows: Iterable[Row], *returning: Any
) -> Iterator[Any]:
    """Insert rows in chunks and return the named columns of them all, in no certain order."""
    statement = insert(table).returning(*returning) if returning else insert(table)
    returned: list[Any] = []
    for chunk in _chunks(rows):
        result = connection.execute(statement, chunk)
        if returning:
            returned += result
    return iter(returned)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _table(model: Any) -> Table:
    return cast(Table, model.__table__)
