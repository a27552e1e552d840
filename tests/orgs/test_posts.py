"""KN-2: people with several posts, heads and deputies of units, history kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tongban import clock
from tongban.orgs.services import (
    add_position,
    appoint,
    appointments_of,
    edit_position,
    end_appointment,
    heads_of,
    list_positions,
    nearest_heads,
    remove_position,
)
from tongban.testing.factories import Campus
from tongban.testing.statements import StatementCounter
from tongban.users.services import mark_left
from tongban.web.refusals import Conflict, FieldRefused, Refusal
from tongban.web.runtime import Runtime


def test_a_person_holds_several_posts_one_of_them_the_main_one(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    library, party = campus.unit("图书馆"), campus.unit("党委办公室")
    person = campus.person(unit=library)
    first = add_position(db, None, library.id, "馆长", "head")
    second = add_position(db, None, party.id, "副主任", "deputy")
    appoint(db, runtime.permissions, None, person.id, first)
    appoint(db, runtime.permissions, None, person.id, second, is_main=True)
    held = [
        (row.unit_name, row.position_name, row.is_main) for row in appointments_of(db, person.id)
    ]
    assert held == [("党委办公室", "副主任", True), ("图书馆", "馆长", False)]
    with pytest.raises(Conflict):
        appoint(db, runtime.permissions, None, person.id, first)
    with pytest.raises(FieldRefused):
        tomorrow = clock.today() + timedelta(days=1)
        appoint(db, runtime.permissions, None, campus.person().id, first, starts_on=tomorrow)


def test_ended_appointments_are_the_history(db: Session, runtime: Runtime, campus: Campus) -> None:
    unit = campus.unit("图书馆")
    person = campus.person(unit=unit)
    post = add_position(db, None, unit.id, "馆长", "head")
    began = clock.today() - timedelta(days=400)
    held = appoint(db, runtime.permissions, None, person.id, post, starts_on=began)
    with pytest.raises(FieldRefused):
        end_appointment(db, runtime.permissions, None, held, ends_on=began - timedelta(days=1))
    end_appointment(db, runtime.permissions, None, held)
    appoint(db, runtime.permissions, None, person.id, post)
    rows = appointments_of(db, person.id)
    assert [(row.starts_on, row.ends_on) for row in rows] == [
        (clock.today(), None),
        (began, clock.today()),
    ]
    with pytest.raises(Refusal):
        remove_position(db, None, post)


def test_heads_of_a_unit_and_of_the_levels_above(
    db: Session, campus: Campus, statements: StatementCounter
) -> None:
    group = campus.unit("教学院部", kind="group")
    faculty = campus.unit("计算机学院", parent=group, kind="faculty")
    section = campus.unit("软件教研室", parent=faculty, kind="section")
    president, dean, deputy = (campus.person(name=name) for name in ("校长", "院长", "副院长"))
    campus.appoint(president, campus.root, "校长")
    campus.appoint(dean, faculty, "院长")
    campus.appoint(deputy, faculty, "副院长", rank="deputy")
    with statements.counted() as seen:
        assert heads_of(db, section.id) == []
    assert seen.number == 1
    assert [leader.name for leader in heads_of(db, section.id, 1)] == ["院长"]
    both = heads_of(db, faculty.id, ranks=("head", "deputy"))
    assert [leader.rank for leader in both] == ["head", "deputy"]
    assert [leader.name for leader in heads_of(db, section.id, 2)] == ["校长"]
    assert heads_of(db, section.id, 3) == []
    assert [leader.name for leader in nearest_heads(db, section.id)] == ["院长"]


def test_who_left_leads_nothing(db: Session, runtime: Runtime, campus: Campus) -> None:
    unit = campus.unit("图书馆")
    head = campus.person(unit=unit)
    campus.appoint(head, unit, "馆长")
    mark_left(db, runtime.permissions, runtime.host, None, head.id)
    assert heads_of(db, unit.id) == []
    assert list_positions(db, unit.id)[0].person_id is None


def test_a_changed_rank_counts_for_who_holds_the_post(db: Session, campus: Campus) -> None:
    unit = campus.unit("图书馆")
    person = campus.person(unit=unit)
    post = campus.appoint(person, unit, "负责人", rank="deputy")
    assert heads_of(db, unit.id) == []
    edit_position(db, None, post, "主任", "head")
    assert [leader.position_name for leader in heads_of(db, unit.id)] == ["主任"]
    with pytest.raises(FieldRefused):
        add_position(db, None, unit.id, "主任")
    with pytest.raises(FieldRefused):
        add_position(db, None, unit.id, "秘书", "king")
