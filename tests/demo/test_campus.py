"""The demo campus is the same every time, and whole at any size."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from functools import cache

import pytest

from tongban.demo.campus import LEAST_PEOPLE, Campus, build_campus
from tongban.demo.units import standing_units
from tongban.users.documents import ID_CARD, is_valid_id_number, sex_of

SIZES = (LEAST_PEOPLE, 2_000, 14_000)

built = cache(build_campus)


@pytest.fixture(params=SIZES)
def campus(request: pytest.FixtureRequest) -> Campus:
    return built(request.param)


@pytest.fixture
def full() -> Campus:
    return built(14_000)


def test_two_builds_are_equal(campus: Campus) -> None:
    again = build_campus(len(campus.people))
    for part in fields(Campus):
        assert getattr(again, part.name) == getattr(campus, part.name)


def test_it_has_the_number_of_people_asked_for(campus: Campus) -> None:
    assert len(campus.people) in SIZES


def test_the_default_is_a_university_of_14000(full: Campus) -> None:
    kinds = Counter(person.kind for person in full.people)
    assert kinds == {"staff": 1_000, "student": 13_000}
    units = Counter(unit.kind for unit in full.units)
    assert units["department"] + units["faculty"] == 43
    assert units["faculty"] == 15
    assert units["class"] == 325
    assert len(full.systems) == 10


@pytest.mark.parametrize("people", [LEAST_PEOPLE - 1, 0, -1])
def test_a_campus_too_small_to_have_heads_is_refused(people: int) -> None:
    with pytest.raises(ValueError, match=str(LEAST_PEOPLE)):
        build_campus(people)


def test_the_units_named_in_the_manual_are_there(full: Campus) -> None:
    names = {unit.code: unit.name for unit in full.units}
    assert names["ayit"] == "安阳工学院"
    assert names["dwbgs"] == "党委办公室"
    assert names["dwzzb"] == "党委组织部（党校）"
    assert names["xzbgs"] == "校长办公室（法制办公室、校友工作办公室）"
    assert names["rsc"] == "人事处（教师工作部）"
    assert names["gjjlc"] == "国际交流与合作处（港澳台事务办）"
    assert names["xxhglzx"] == "信息化管理中心"
    assert {"kyc", "jwc", "hqglc", "gyzcglc", "xsgzc", "tsg", "cwc"} <= set(names)


def test_codes_and_numbers_are_unique(campus: Campus) -> None:
    codes = [unit.code for unit in campus.units]
    numbers = [person.number for person in campus.people]
    papers = [person.document_number for person in campus.people if person.document_number]
    phones = [person.phone for person in campus.people]
    posts = [(position.unit, position.name) for position in campus.positions]
    for values in (codes, numbers, papers, phones, posts):
        assert len(values) == len(set(values))


def test_units_stand_after_their_parents(campus: Campus) -> None:
    seen: set[str | None] = {None}
    for unit in campus.units:
        assert unit.parent in seen
        seen.add(unit.code)


def test_codes_do_not_depend_on_the_size(campus: Campus, full: Campus) -> None:
    standing = tuple(standing_units())
    assert campus.units[: len(standing)] == full.units[: len(standing)]


def test_faculties_with_students_have_three_to_six_majors(full: Campus) -> None:
    kinds = {unit.code: unit.kind for unit in full.units}
    majors = Counter(unit.parent for unit in full.units if unit.kind == "major")
    assert len(majors) == 14
    assert all(kinds[code or ""] == "faculty" for code in majors)
    assert set(majors.values()) <= {3, 4, 5, 6}


def test_classes_have_about_forty_students(campus: Campus) -> None:
    sizes = Counter(person.unit for person in campus.people if person.kind == "student")
    assert set(sizes) == {unit.code for unit in campus.units if unit.kind == "class"}
    assert min(sizes.values()) >= 30
    assert max(sizes.values()) <= 50


def test_students_numbers_name_grade_faculty_major_and_class(full: Campus) -> None:
    for person in full.people:
        if person.kind == "student":
            assert len(person.number) == 12
            assert person.number.startswith(person.grade)
            assert person.unit == f"c{person.number[:10]}"
        else:
            assert len(person.number) == 8


def test_every_unit_has_one_head_and_a_deputy(campus: Campus) -> None:
    held = Counter((appointment.unit, appointment.rank) for appointment in campus.appointments)
    for unit in campus.units:
        assert held[unit.code, "head"] == 1, unit
        assert held[unit.code, "deputy"] >= 1, unit


def test_heads_and_deputies_of_a_department_are_different_people(campus: Campus) -> None:
    large = {"school", "group", "department", "faculty"}
    units = {unit.code for unit in campus.units if unit.kind in large}
    heads = {a.unit: a.number for a in campus.appointments if a.rank == "head"}
    for appointment in campus.appointments:
        if appointment.rank == "deputy" and appointment.unit in units:
            assert appointment.number != heads[appointment.unit]


def test_every_member_of_staff_has_exactly_one_main_post(campus: Campus) -> None:
    main = Counter(a.number for a in campus.appointments if a.is_main)
    staff = {person.number for person in campus.people if person.kind == "staff"}
    assert set(main) == staff
    assert set(main.values()) == {1}


def test_nobody_holds_the_same_post_twice(campus: Campus) -> None:
    held = Counter((a.number, a.unit, a.position) for a in campus.appointments)
    assert max(held.values()) == 1


def test_nobody_holds_a_post_before_joining(campus: Campus) -> None:
    joined = {person.number: person.joined_on for person in campus.people}
    assert all(a.starts_on >= joined[a.number] for a in campus.appointments)


def test_rows_name_what_exists(campus: Campus) -> None:
    units = {unit.code for unit in campus.units}
    numbers = {person.number for person in campus.people}
    posts = {(position.unit, position.name, position.rank) for position in campus.positions}
    assert {person.unit for person in campus.people} <= units
    assert {(a.unit, a.position, a.rank) for a in campus.appointments} <= posts
    assert {a.number for a in campus.appointments} <= numbers
    assert {grant.unit for grant in campus.grants} <= units
    assert {grant.number for grant in campus.grants if grant.number} <= numbers
    assert {system.unit for system in campus.systems} <= units


def test_every_grant_has_one_holder(campus: Campus) -> None:
    posts = {(position.unit, position.name) for position in campus.positions}
    for grant in campus.grants:
        assert (grant.number is None) != (grant.position is None)
        assert grant.position is None or (grant.unit, grant.position) in posts


def test_every_department_has_one_info_admin(campus: Campus) -> None:
    admins = Counter(grant.unit for grant in campus.grants if grant.role == "unit_admin")
    departments = {u.code for u in campus.units if u.kind in {"department", "faculty"}}
    assert set(admins) == departments
    assert set(admins.values()) == {1}


def test_every_duty_has_somebody(campus: Campus) -> None:
    granted = {grant.role for grant in campus.grants}
    assert {role.key for role in campus.roles} <= granted
    assert {"operator", "auditor", "unit_admin", "unit_leader"} <= granted


def test_every_head_is_leader_of_the_unit(campus: Campus) -> None:
    led = {grant.unit for grant in campus.grants if grant.role == "unit_leader"}
    assert led == {unit.code for unit in campus.units}


def test_citizen_numbers_are_valid_and_fit_the_person(campus: Campus) -> None:
    for person in campus.people:
        if person.document_type == ID_CARD and person.document_number is not None:
            assert is_valid_id_number(person.document_number)
            assert sex_of(person.document_number) == person.sex
            assert person.document_number[6:14] == f"{person.born_on:%Y%m%d}"


def test_some_people_have_no_citizen_number(full: Campus) -> None:
    types = Counter(person.document_type for person in full.people)
    missing = sum(person.document_number is None for person in full.people)
    assert types["passport"] == 3
    assert types["hk_macao_permit"] >= 10
    assert types["taiwan_permit"] >= 10
    assert 10 <= missing <= 20


def test_ages_are_plausible(campus: Campus) -> None:
    for person in campus.people:
        age = person.joined_on.year - person.born_on.year
        assert (17 <= age <= 20) if person.kind == "student" else (22 <= age <= 50), person


def test_staff_have_mail_and_students_a_grade(campus: Campus) -> None:
    for person in campus.people:
        assert bool(person.email) == (person.kind == "staff")
        assert bool(person.grade) == (person.kind == "student")


def test_the_five_accounts_are_people_of_the_campus(campus: Campus) -> None:
    people = {person.number: person for person in campus.people}
    units = {unit.code: unit.name for unit in campus.units}
    assert [account.key for account in campus.accounts] == [
        "student", "teacher", "head", "unit_admin", "operator",
    ]  # fmt: skip
    for account in campus.accounts:
        person = people[account.number]
        assert person.name == account.name
        assert units[person.unit] == account.unit


def test_the_story_of_a_repair_needs_only_the_accounts(campus: Campus) -> None:
    numbers = {account.key: account.number for account in campus.accounts}
    held = {(a.unit, a.position): a.number for a in campus.appointments}
    granted = {(grant.role, grant.unit, grant.number) for grant in campus.grants}
    assert held["c2023041501", "班主任"] == numbers["teacher"]
    assert held["jsjxy", "院长"] == numbers["head"]
    assert ("it-duty", "xxhglzx", numbers["operator"]) in granted
    assert ("operator", "ayit", numbers["operator"]) in granted
    assert ("repair-duty", "hqglc", numbers["unit_admin"]) in granted
    assert ("unit_admin", "hqglc", numbers["unit_admin"]) in granted


def test_names_differ(full: Campus) -> None:
    names = Counter(person.name for person in full.people)
    assert len(names) > 10_000
    assert names.most_common(1)[0][1] < 20
