"""The demo campus lands in the database as it was drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent
from tongban.auth.models import Account
from tongban.db.crypto import keyed_hash
from tongban.demo.accounts import DEMO_ACCOUNTS, DEMO_PHRASE
from tongban.demo.campus import LEAST_PEOPLE, Campus
from tongban.demo.clearing import clear
from tongban.demo.load import DemoError, has_others, is_empty, load
from tongban.demo.packages import package_folders
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.permissions.models import Grant, Role
from tongban.pluginhost.installing import list_packages
from tongban.users.models import Person
from tongban.web.runtime import Runtime

PEOPLE = LEAST_PEOPLE


@pytest.fixture
def loaded(db: Session) -> Campus:
    return load(db, PEOPLE)


def count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def test_every_row_is_there(db: Session, loaded: Campus) -> None:
    assert count(db, OrgUnit) == len(loaded.units)
    assert count(db, Person) == len(loaded.people) == PEOPLE
    assert count(db, Position) == len(loaded.positions)
    assert count(db, Appointment) == len(loaded.appointments)
    assert count(db, Grant) == len(loaded.grants)
    assert count(db, Account) == PEOPLE
    keys = set(db.scalars(select(Role.key)))
    assert {"operator", "unit_admin", "unit_leader", "auditor", "it-duty"} <= keys


def test_paths_lead_from_the_school_down(db: Session, loaded: Campus) -> None:
    rows = db.execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.parent_id)).all()
    paths = {row.id: row.path for row in rows}
    for row in rows:
        above = paths[row.parent_id] if row.parent_id else "/"
        assert row.path == f"{above}{row.id}/"


def test_ids_can_be_looked_up(db: Session, loaded: Campus) -> None:
    for account in DEMO_ACCOUNTS:
        person = db.get(Person, loaded.person_id(account.number))
        assert person is not None
        assert person.name == account.name
    unit = db.get(OrgUnit, loaded.unit_id("xxhglzx"))
    assert unit is not None
    assert unit.name == "信息化管理中心"
    with pytest.raises(KeyError):
        loaded.unit_id("nowhere")


def test_phones_and_documents_are_encrypted_and_found_by_their_hash(
    db: Session, loaded: Campus
) -> None:
    drawn = loaded.people[0]
    assert drawn.document_number is not None
    by_phone = select(Person).where(Person.phone_hash == keyed_hash(drawn.phone))
    person = db.scalars(by_phone).one()
    assert person.number == drawn.number
    assert person.phone == drawn.phone
    assert person.document_number == drawn.document_number
    assert person.document_hash == keyed_hash(drawn.document_number)
    stored = db.connection().exec_driver_sql(
        f"SELECT phone, document_number FROM person WHERE id = {person.id}"
    )
    for value in stored.one():
        assert drawn.phone.encode() not in bytes(value)
        assert drawn.document_number.encode() not in bytes(value)


def test_people_are_spelt(db: Session, loaded: Campus) -> None:
    row = db.execute(
        select(Person.pinyin, Person.initials).where(Person.number == DEMO_ACCOUNTS[4].number)
    ).one()
    assert tuple(row) == ("linzhiyuan", "lzy")


def test_who_decides_can_sign_in_and_the_others_have_to_activate(
    db: Session, loaded: Campus
) -> None:
    states = dict(db.execute(select(Account.username, Account.status)).all())
    for account in DEMO_ACCOUNTS:
        assert states[account.number] == "active"
    for appointment in loaded.appointments:
        if appointment.rank == "head":
            assert states[appointment.number] == "active"
    students = [person.number for person in loaded.people if person.kind == "student"]
    assert sum(states[number] == "active" for number in students) == 1
    inactive = select(Account.password_hash).where(Account.status == "inactive")
    assert set(db.scalars(inactive)) == {None}


def test_the_password_of_the_demo_meets_the_rule() -> None:
    """Ten characters of three classes."""
    kinds = (str.islower, str.isupper, str.isdigit)
    assert len(DEMO_PHRASE) >= 10
    assert all(any(map(kind, DEMO_PHRASE)) for kind in kinds)


def test_a_database_with_people_is_left_alone(db: Session, loaded: Campus) -> None:
    assert not is_empty(db)
    assert not has_others(db)
    with pytest.raises(DemoError, match="not empty"):
        load(db, PEOPLE)


def test_too_few_people_are_refused(db: Session) -> None:
    with pytest.raises(DemoError, match=str(LEAST_PEOPLE)):
        load(db, LEAST_PEOPLE - 1)
    assert is_empty(db)


def test_people_from_elsewhere_are_noticed(db: Session, loaded: Campus) -> None:
    db.add(Person(number="x1", name="外来", kind="staff", unit_id=loaded.unit_id("ayit")))
    db.flush()
    assert has_others(db)


def test_the_service_packages_are_installed(db: Session, runtime: Runtime) -> None:
    load(db, PEOPLE, host=runtime.host, packages=package_folders())
    installed = {row.package_id: row.status for row in list_packages(db)}
    assert installed == {folder.name: "installed" for folder in package_folders()}
    assert {"network-repair", "vpn-access", "student-card"} <= set(installed)


def test_a_refused_package_stops_the_load_and_is_named(
    db: Session, runtime: Runtime, tmp_path: Path
) -> None:
    with pytest.raises(DemoError, match=r"service\.toml"):
        load(db, PEOPLE, host=runtime.host, packages=[tmp_path])


def test_clearing_makes_room_for_a_new_campus_and_keeps_the_audit_log(
    db: Session, runtime: Runtime
) -> None:
    load(db, PEOPLE, host=runtime.host, packages=package_folders()[:1])
    clear(db, runtime.host)
    assert is_empty(db)
    assert count(db, Person) == count(db, Account) == count(db, Role) == 0
    actions = list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions[0] == "demo.load"
    assert actions[-1] == "demo.clear"
    assert len(load(db, PEOPLE + 100).people) == PEOPLE + 100


def test_loading_is_in_the_audit_log(db: Session, loaded: Campus) -> None:
    """KN-8"""
    assert db.scalars(select(AuditEvent.action)).all() == ["demo.load"]
