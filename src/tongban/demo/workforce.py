"""The staff of the demo campus and the posts they hold, in departments and beyond."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from tongban.demo import cast
from tongban.demo.apportion import apportion
from tongban.demo.blueprint import (
    COUNSELLOR,
    GROUPS,
    SCHOOL_LEADERS,
    TEACHER,
    Department,
    departments,
    faculties,
)
from tongban.demo.people import PeopleMaker
from tongban.demo.posts import (
    Post,
    Seat,
    class_posts,
    department_seats,
    group_posts,
    major_posts,
    school_seats,
)
from tongban.demo.rows import AppointmentRow, PersonRow
from tongban.demo.units import ClassPlan, major_code

_FACULTY_SHARE = 65  # percent of the staff that work in faculties
_LEAST_IN_DEPARTMENT = 4
_INVENTED_BESIDE_CAST = 4
_TERM_YEARS = (2021, 2022, 2023, 2024, 2025)


@dataclass(frozen=True, slots=True)
class Employee:
    """A member of staff with the seat they hold."""

    person: PersonRow
    seat: Seat


class Workforce:
    """Staff by department; `count` people in all, see `least_staff`."""

    def __init__(self, count: int, maker: PeopleMaker) -> None:
        self._of: dict[str, list[Employee]] = {}
        self._employ("", school_seats(), maker)
        for department, size in _sizes(count):
            self._employ(department.code, _seats(department, size), maker)

    def people(self) -> list[PersonRow]:
        """Return everybody, the leaders of the school first."""
        return [employee.person for team in self._of.values() for employee in team]

    def appointments(self, classes: Iterable[ClassPlan]) -> list[AppointmentRow]:
        """Return who holds which post, that of every unit's head included."""
        rows = [row for team in self._of.values() for one in team for row in _own_posts(one)]
        rows += self._over_groups()
        for faculty in faculties():
            rows += self._over_majors(faculty)
        rows += self._over_classes(classes)
        return rows

    def _employ(self, code: str, seats: Iterable[Seat], maker: PeopleMaker) -> None:
        self._of[code] = [Employee(maker.staff(seat), seat) for seat in seats]

    def _over_groups(self) -> Iterator[AppointmentRow]:
        leaders = cycle(self._of[""][2:])  # not the president and not the party secretary
        for code in GROUPS:
            for post in group_posts(code):
                yield _appoint(next(leaders), post, is_main=False)

    def _over_majors(self, faculty: Department) -> Iterator[AppointmentRow]:
        teachers = cycle(self._teachers(faculty.code))
        for major in faculty.majors:
            for post in major_posts(major_code(faculty, major)):
                yield _appoint(next(teachers), post, is_main=False)

    def _over_classes(self, classes: Iterable[ClassPlan]) -> Iterator[AppointmentRow]:
        turns = {
            faculty.code: (
                cycle(self._teachers(faculty.code)),
                cycle(self._with_post(faculty.code, COUNSELLOR)),
            )
            for faculty in faculties()
        }
        for plan in classes:
            class_teacher, counsellor = class_posts(plan.code)
            teachers, counsellors = turns[plan.faculty.code]
            yield _appoint(self._class_teacher(plan, teachers), class_teacher, is_main=False)
            yield _appoint(next(counsellors), counsellor, is_main=False)

    def _class_teacher(self, plan: ClassPlan, teachers: Iterator[Employee]) -> Employee:
        if plan.code == cast.CLASS_OF_TEACHER:
            return self._by_number(plan.faculty.code, cast.TEACHER.number)
        return next(teachers)

    def _teachers(self, code: str) -> Sequence[Employee]:
        return self._with_post(code, TEACHER)

    def _with_post(self, code: str, name: str) -> Sequence[Employee]:
        team = self._of[code]
        return [employee for employee in team if employee.seat.main.name == name] or team

    def _by_number(self, code: str, number: str) -> Employee:
        return next(one for one in self._of[code] if one.person.number == number)


def least_staff() -> int:
    """Return the number of staff below which posts could not be filled."""
    return len(SCHOOL_LEADERS) + sum(_floor(unit) for unit in (*departments(), *faculties()))


def _sizes(count: int) -> Iterator[tuple[Department, int]]:
    """Share the staff out: a fixed part to the faculties, within each kind by weight."""
    rest = count - len(SCHOOL_LEADERS)
    floors = [sum(map(_floor, kind)) for kind in (departments(), faculties())]
    parts = apportion(rest, (100 - _FACULTY_SHARE, _FACULTY_SHARE), floors)
    for kind, part in zip((departments(), faculties()), parts, strict=True):
        weights = [unit.weight for unit in kind]
        yield from zip(kind, apportion(part, weights, list(map(_floor, kind))), strict=True)


def _floor(unit: Department) -> int:
    fixed = len(_cast_of(unit))
    return fixed + _INVENTED_BESIDE_CAST if fixed else _LEAST_IN_DEPARTMENT


def _seats(department: Department, size: int) -> list[Seat]:
    return department_seats(department, size, _cast_of(department))


def _cast_of(department: Department) -> tuple[cast.CastMember, ...]:
    return tuple(member for member in cast.STAFF if member.unit == department.code)


def _own_posts(employee: Employee) -> Iterator[AppointmentRow]:
    yield _appoint(employee, employee.seat.main, is_main=True)
    for post in employee.seat.besides:
        yield _appoint(employee, post, is_main=False)


def _appoint(employee: Employee, post: Post, *, is_main: bool) -> AppointmentRow:
    person = employee.person
    starts_on = person.joined_on
    if post.rank != "member":
        year = _TERM_YEARS[int(person.number) % len(_TERM_YEARS)]
        starts_on = max(starts_on, date(year, 9, 1))
    return AppointmentRow(person.number, post.unit, post.name, post.rank, is_main, starts_on)
