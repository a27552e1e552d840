"""Reading, creating and changing one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.auth.models import Account
from tongban.orgs.models import OrgUnit
from tongban.orgs.tree import find_unit
from tongban.permissions.beyond import beyond_reach
from tongban.permissions.registry import PermissionRegistry
from tongban.permissions.requiring import refuse_beyond, require
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.host import PluginHost
from tongban.users import documents
from tongban.users.checking import (
    PersonInput,
    check,
    hash_of,
    number_taken,
    refuse_taken_document,
    refuse_taken_number,
)
from tongban.users.models import Person
from tongban.users.names import spell_person
from tongban.web.formats import mask_document, mask_phone
from tongban.web.refusals import FieldRefused, NotFoundHere

VIEW = "users.view"
EDIT = "users.edit"


class PersonDetail(NamedTuple):
    """A person as pages show them; phone and document number are masked."""

    id: int
    number: str
    name: str
    kind: str
    sex: str
    unit_id: int
    unit_name: str
    unit_path: str
    grade: str
    title: str
    status: str
    email: str
    phone: str
    document_type: str
    document_number: str
    born_on: date | None
    joined_on: date | None
    left_on: date | None
    source: str
    updated_at: datetime
    account_id: int | None
    account_status: str


_DETAIL = (
    select(
        Person.id,
        Person.number,
        Person.name,
        Person.kind,
        Person.sex,
        Person.unit_id,
        OrgUnit.name,
        OrgUnit.path,
        Person.grade,
        Person.title,
        Person.status,
        Person.email,
        Person.phone,
        Person.document_type,
        Person.document_number,
        Person.born_on,
        Person.joined_on,
        Person.left_on,
        Person.source,
        Person.updated_at,
        Account.id,
        func.coalesce(Account.status, ""),
    )
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(Person.id == bindparam("person_id"))
)


def find_person(session: Session, viewer: Viewer | None, person_id: int) -> PersonDetail:
    """Return a person whom the viewer may see. Raises NotFoundHere, for a stranger too."""
    row = session.execute(_DETAIL, {"person_id": person_id}).one_or_none()
    if row is not None:
        found = PersonDetail._make(row)
        if viewer is None or viewer.allows(VIEW, found.unit_path):
            return found._replace(
                phone=mask_phone(found.phone),
                document_number=mask_document(found.document_number),
            )
    raise NotFoundHere("没有找到该人员，或不在您的管理范围内。")


def create_person(
    session: Session, host: PluginHost, actor: Viewer | None, given: PersonInput
) -> int:
    """Add a person with an account to be activated; return the person's id.

    Raises Forbidden, NotFoundHere for the unit, FieldRefused for what cannot be entered.
    """
    unit = find_unit(session, given.unit_id)
    require(actor, EDIT, unit.path)
    if unit.status != "active":
        raise FieldRefused("unit_id", "该部门已停用，请选择其他部门")
    given = check(given)
    refuse_taken_number(session, given.number)
    refuse_taken_document(session, given, None)
    person = Person(number=given.number, source="console")
    _fill(person, given)
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
            session.add(Account(person_id=person.id, username=given.number, status="inactive"))
            session.flush()
    except IntegrityError:  # somebody else was faster by a moment
        raise number_taken(given.number) from None
    note_person(session, actor, "person.create", person, {"unit_id": given.unit_id})
    host.emit("tongban_person_changed", session, person_id=person.id, change="created")
    return person.id


def edit_person(
    session: Session,
    registry: PermissionRegistry,
    host: PluginHost,
    actor: Viewer | None,
    person_id: int,
    given: PersonInput,
) -> None:
    """Change a person; the number stays.

    The actor must reach the person's unit and the new one, and must have whatever the person may:
    who changes somebody's phone can take over their account. Raises Forbidden, NotFoundHere,
    FieldRefused.
    """
    person = editable_person(session, registry, actor, person_id)
    moved = given.unit_id != person.unit_id
    if moved:
        target = find_unit(session, given.unit_id)
        require(actor, EDIT, target.path)
        if target.status != "active":
            raise FieldRefused("unit_id", "该部门已停用，请选择其他部门")
    given = check(replace(given, number=person.number))
    refuse_taken_document(session, given, person_id)
    changed = _fill(person, given)
    if not changed:
        return
    person.updated_at = clock.now()
    session.flush()
    note_person(session, actor, "person.edit", person, {"changed": sorted(changed)})
    change = "moved" if moved else "updated"
    host.emit("tongban_person_changed", session, person_id=person_id, change=change)


def editable_person(
    session: Session, registry: PermissionRegistry, actor: Viewer | None, person_id: int
) -> Person:
    """Return a person whom the actor may change. Raises NotFoundHere, Forbidden."""
    seen = find_person(session, actor, person_id)
    require(actor, EDIT, seen.unit_path)
    if actor is not None and actor.person_id != person_id:
        refuse_beyond(beyond_reach(session, registry, actor, person_id), seen.name)
    person = session.get(Person, person_id)
    if person is None:  # between two statements
        raise NotFoundHere("没有找到该人员。")
    return person


def _fill(person: Person, given: PersonInput) -> set[str]:
    """Write what was entered; return the names of the columns that changed."""
    spelling = spell_person(given.name)
    values: dict[str, object] = {
        "name": given.name,
        "pinyin": spelling.pinyin,
        "initials": spelling.initials,
        "kind": given.kind,
        "sex": given.sex,
        "unit_id": given.unit_id,
        "grade": given.grade,
        "title": given.title,
        "email": given.email,
        "document_type": given.document_type,
    }
    if given.phone is not None:
        values |= {"phone": given.phone or None, "phone_hash": hash_of(given.phone)}
    if given.document_number is not None:
        values |= {
            "document_number": given.document_number or None,
            "document_hash": hash_of(given.document_number),
        }
        if given.document_type == documents.ID_CARD and given.document_number:
            values["born_on"] = documents.born_on(given.document_number)
    changed = {name for name, value in values.items() if getattr(person, name) != value}
    for name in changed:
        setattr(person, name, values[name])
    return changed


def note_person(
    session: Session,
    actor: Viewer | None,
    action: str,
    person: Person,
    detail: Mapping[str, object],
) -> None:
    """Write what happened to a person into the audit log."""
    record(
        session,
        action,
        actor=actor,
        object_type="person",
        object_id=person.id,
        object_name=f"{person.name} {person.number}",
        unit_id=person.unit_id,
        detail=detail,
    )
