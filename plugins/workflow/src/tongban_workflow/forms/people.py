"""Reading people and units that forms name, and finding them by a part of their name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, case, or_, select
from sqlalchemy.orm import Session

from tongban.toolkit import PERSON_SEARCH, BigInt, OrgUnit, Person, escape_like
from tongban_workflow.forms.found import PersonFacts, UnitFacts
from tongban_workflow.forms.prefill import Applicant

MOST_MATCHES = 8
LONGEST_SEARCH = 40

_PERSON_COLUMNS = (
    Person.id,
    Person.number,
    Person.name,
    OrgUnit.name.label("unit_name"),
    Person.status,
)
_UNIT_COLUMNS = (OrgUnit.id, OrgUnit.code, OrgUnit.name, OrgUnit.status)

_PEOPLE = (
    select(*_PERSON_COLUMNS)
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .where(
        or_(
            Person.id.in_(bindparam("ids", expanding=True, type_=BigInt)),
            Person.number.in_(bindparam("numbers", expanding=True)),
        )
    )
)
_UNITS = select(*_UNIT_COLUMNS).where(
    or_(
        OrgUnit.id.in_(bindparam("ids", expanding=True, type_=BigInt)),
        OrgUnit.code.in_(bindparam("codes", expanding=True)),
    )
)
_APPLICANT = (
    select(
        Person.id,
        Person.number,
        Person.name,
        Person.kind,
        Person.grade,
        Person.phone,
        Person.email,
        OrgUnit.id.label("unit_id"),
        OrgUnit.code.label("unit_code"),
        OrgUnit.name.label("unit_name"),
        OrgUnit.path.label("unit_path"),
    )
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .where(Person.id == bindparam("person_id", type_=BigInt))
)


def read_applicant(session: Session, person_id: int) -> Applicant:
    """Return what a form knows of the person who fills it in."""
    row = session.execute(_APPLICANT, {"person_id": person_id}).one()
    facts: dict[str, Any] = {**row._mapping, "phone": row.phone or ""}
    return Applicant(**facts)


def read_people(
    session: Session, ids: Collection[int], numbers: Collection[str]
) -> list[PersonFacts]:
    """Return people by id or number, whether active or not."""
    if not ids and not numbers:
        return []
    rows = session.execute(_PEOPLE, {"ids": list(ids), "numbers": list(numbers)})
    return [_person(row) for row in rows]


def read_units(session: Session, ids: Collection[int], codes: Collection[str]) -> list[UnitFacts]:
    """Return units by id or code, whether active or not."""
    if not ids and not codes:
        return []
    rows = session.execute(_UNITS, {"ids": list(ids), "codes": list(codes)})
    return [_unit(row) for row in rows]


def search_people(session: Session, text: str) -> tuple[PersonFacts, ...]:
    """Return at most eight active people by name, number or pinyin, exact ones first."""
    text = text[:LONGEST_SEARCH]
    found = PERSON_SEARCH.condition(session, text, Person)
    if found is None:
        return ()
    exact_first = case((Person.number == text, 0), (Person.name == text, 1), else_=2)
    rows = session.execute(
        select(*_PERSON_COLUMNS)
        .join(OrgUnit, OrgUnit.id == Person.unit_id)
        .where(found, Person.status == "active")
        .order_by(exact_first, Person.kind, Person.number)
        .limit(MOST_MATCHES)
    ).all()
    people = tuple(_person(row) for row in rows)
    exact = tuple(one for one in people if one.number == text)
    return exact or people


def search_units(session: Session, text: str) -> tuple[UnitFacts, ...]:
    """Return at most eight open units whose name contains the text, exact ones first."""
    text = text[:LONGEST_SEARCH]
    if not text:
        return ()
    pattern = f"%{escape_like(text)}%"
    exact_first = case((OrgUnit.name == text, 0), (OrgUnit.short_name == text, 1), else_=2)
    rows = session.execute(
        select(*_UNIT_COLUMNS)
        .where(
            OrgUnit.status == "active",
            or_(
                OrgUnit.name.like(pattern, escape="\\"),
                OrgUnit.short_name.like(pattern, escape="\\"),
                OrgUnit.code == text,
            ),
        )
        .order_by(exact_first, OrgUnit.path)
        .limit(MOST_MATCHES)
    ).all()
    units = tuple(_unit(row) for row in rows)
    exact = tuple(one for one in units if text in (one.name, one.code))
    return exact if len(exact) == 1 else units


def _person(row: Any) -> PersonFacts:
    return PersonFacts(row.id, row.number, row.name, row.unit_name, row.status == "active")


def _unit(row: Any) -> UnitFacts:
    return UnitFacts(row.id, row.code, row.name, row.status == "active")
