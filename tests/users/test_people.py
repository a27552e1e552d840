"""People: creating, changing, leaving; what is encrypted, masked and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import Account, SessionRow
from tongban.permissions.models import Grant
from tongban.permissions.services import Viewer, load_viewer
from tongban.testing.factories import Campus, MadePerson
from tongban.users.models import Person
from tongban.users.services import (
    PersonInput,
    create_person,
    edit_person,
    find_person,
    mark_left,
    readmit,
    spell,
    spell_person,
)
from tongban.web.refusals import FieldRefused, Forbidden, NotFoundHere, Refusal
from tongban.web.runtime import Runtime

ID_NUMBER = "11010519491231002X"  # the sample of GB 11643-1999


def viewer_of(db: Session, runtime: Runtime, person: MadePerson) -> Viewer:
    viewer = load_viewer(db, person.id, runtime.permission_cache)
    assert viewer is not None
    return viewer


def given(campus: Campus, **changes: object) -> PersonInput:
    plain = PersonInput("20240321", "江晚舟", "staff", campus.root.id)
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name real fields


def test_a_new_person_can_be_found_and_waits_for_activation(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    person_id = create_person(
        db,
        runtime.host,
        None,
        given(campus, phone="13900002864", document_number=ID_NUMBER.lower()),
    )
    row = db.execute(
        select(Person.pinyin, Person.initials, Person.sex, Person.born_on).where(
            Person.id == person_id
        )
    ).one()
    assert tuple(row)[:3] == ("jiangwanzhou", "jwz", "female")
    assert str(row.born_on) == "1949-12-31"
    account = db.execute(select(Account.username, Account.status)).one()
    assert tuple(account) == ("20240321", "inactive")


def test_phone_and_document_are_encrypted_at_rest_and_masked_for_reading(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    person_id = create_person(
        db, runtime.host, None, given(campus, phone="13900002864", document_number=ID_NUMBER)
    )
    stored = db.execute(
        text("SELECT phone, phone_hash, document_number, document_hash FROM person WHERE id = :id"),
        {"id": person_id},
    ).one()
    for value in stored:
        raw = bytes(value) if not isinstance(value, str) else value.encode()
        assert b"13900002864" not in raw
        assert b"19491231" not in raw
    found = find_person(db, None, person_id)
    assert (found.phone, found.document_number) == ("139****2864", "110***********002X")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "含中文"}, "number"),
        ({"number": "x" * 33}, "number"),
        ({"name": ""}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"phone": "123"}, "phone"),
        ({"document_number": "110105194912310021"}, "document_number"),
        ({"document_type": "driving"}, "document_type"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    db: Session, runtime: Runtime, campus: Campus, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(FieldRefused) as refused:
        create_person(db, runtime.host, None, given(campus, **changes))
    assert refused.value.field == field
    assert db.scalar(select(Person.id).where(Person.name == "江晚舟")) is None


def test_a_passport_needs_no_check_character(db: Session, runtime: Runtime, campus: Campus) -> None:
    changes = {"document_type": "passport", "document_number": "e1234 5678"}
    person_id = create_person(db, runtime.host, None, given(campus, **changes))
    assert db.scalar(select(Person.document_number).where(Person.id == person_id)) == "E12345678"


def test_numbers_and_documents_belong_to_one_person(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    create_person(db, runtime.host, None, given(campus, number="b001", document_number=ID_NUMBER))
    with pytest.raises(FieldRefused) as refused:
        create_person(db, runtime.host, None, given(campus, number="B001"))
    assert refused.value.field == "number"
    with pytest.raises(FieldRefused) as refused:
        create_person(
            db, runtime.host, None, given(campus, number="b002", document_number=ID_NUMBER)
        )
    assert refused.value.field == "document_number"
    # Staff who study have a second number with the same document.
    create_person(
        db,
        runtime.host,
        None,
        given(campus, number="b003", kind="student", document_number=ID_NUMBER),
    )


def test_editing_keeps_secrets_that_were_left_empty(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    person_id = create_person(db, runtime.host, None, given(campus, phone="13900002864"))
    registry = runtime.permissions
    edit_person(db, registry, runtime.host, None, person_id, given(campus, name="江晚州"))
    found = find_person(db, None, person_id)
    assert (found.name, found.phone) == ("江晚州", "139****2864")
    changed = given(campus, number="999", phone="13800001111")
    edit_person(db, registry, runtime.host, None, person_id, changed)
    found = find_person(db, None, person_id)
    assert (found.number, found.phone) == ("20240321", "138****1111")


def test_leaving_closes_account_sessions_posts_and_roles(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    unit = campus.unit("图书馆")
    person = campus.person(unit=unit)
    campus.appoint(person, unit)
    campus.grant(person, "unit_admin", unit)
    account_id = db.scalar(select(Account.id).where(Account.person_id == person.id))
    db.add(
        SessionRow(
            token_hash="t",
            account_id=account_id,
            csrf_token="c",
            public_id="p",
            expires_at=clock.now() + timedelta(hours=1),
        )
    )
    db.flush()
    mark_left(db, runtime.permissions, runtime.host, None, person.id)
    db.expire_all()
    assert find_person(db, None, person.id).account_status == "disabled"
    assert db.scalars(select(SessionRow.revoked_at)).one() is not None
    assert db.scalars(select(Grant.revoked_at)).one() is not None
    readmit(db, runtime.permissions, runtime.host, None, person.id)
    again = find_person(db, None, person.id)
    assert (again.status, again.account_status) == ("active", "inactive")


def test_an_info_admin_keeps_to_the_own_people(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own, other = campus.unit("图书馆"), campus.unit("教务处")
    admin, mine, stranger = (
        campus.person(unit=own),
        campus.person(unit=own),
        campus.person(unit=other),
    )
    campus.grant(admin, "unit_admin", own)
    viewer, registry, host = viewer_of(db, runtime, admin), runtime.permissions, runtime.host
    edit_person(db, registry, host, viewer, mine.id, given(campus, unit_id=own.id, name="王一"))
    with pytest.raises(NotFoundHere):
        find_person(db, viewer, stranger.id)
    with pytest.raises(NotFoundHere):
        edit_person(db, registry, host, viewer, stranger.id, given(campus, unit_id=own.id))
    with pytest.raises(NotFoundHere):
        mark_left(db, registry, host, viewer, stranger.id)
    with pytest.raises(Forbidden):
        edit_person(db, registry, host, viewer, mine.id, given(campus, unit_id=other.id))
    with pytest.raises(Forbidden):
        create_person(db, host, viewer, given(campus, unit_id=other.id))
    with pytest.raises(Refusal):
        mark_left(db, registry, host, viewer, admin.id)


def test_an_info_admin_cannot_take_over_an_operator_of_the_own_unit(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    """Who changes somebody's phone can recover their password."""
    centre = campus.unit("信息化管理中心")
    admin, operator = campus.person(unit=centre), campus.person(unit=centre)
    campus.grant(admin, "unit_admin", centre)
    campus.grant(operator, "operator")
    viewer = viewer_of(db, runtime, admin)
    with pytest.raises(Forbidden):
        edit_person(
            db,
            runtime.permissions,
            runtime.host,
            viewer,
            operator.id,
            given(campus, unit_id=centre.id, phone="13900002864"),
        )
    with pytest.raises(Forbidden):
        mark_left(db, runtime.permissions, runtime.host, viewer, operator.id)


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单雄信", "shanxiongxin", "sxx"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("曾国藩", "zengguofan", "zgf"),
        ("林知远", "linzhiyuan", "lzy"),
        ("Anna Lee", "annalee", "a"),
    ],
)
def test_names_are_spelt_as_they_are_read(name: str, pinyin: str, initials: str) -> None:
    assert spell_person(name) == (pinyin, initials)


def test_titles_are_spelt_too() -> None:
    assert spell("VPN开通申请").initials == "vktsq"
