"""The org tree of the demo campus: school, groups, departments, faculties, majors, classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tongban.demo.apportion import apportion
from tongban.demo.blueprint import (
    GRADES,
    GROUPS,
    SCHOOL_CODE,
    SCHOOL_NAME,
    Department,
    Major,
    departments,
    faculties,
)
from tongban.demo.rows import UnitRow

STUDENTS_PER_CLASS = 40
_SIZE_SPREAD = 4


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class before its students: who it belongs to and how many it takes.

    `prefix` begins the numbers of its students: grade, faculty, major, class.
    """

    faculty: Department
    major: Major
    grade: str
    ordinal: int
    size: int

    @property
    def prefix(self) -> str:
        """The first ten digits of its students' numbers."""
        return f"{self.grade}{self.faculty.number}{self.major.number}{self.ordinal:02d}"

    @property
    def code(self) -> str:
        """The code of its unit."""
        return f"c{self.prefix}"


def standing_units() -> list[UnitRow]:
    """Return the units that do not depend on the number of people, parents first."""
    rows = [UnitRow(SCHOOL_CODE, SCHOOL_NAME, SCHOOL_NAME, "school", None, 0)]
    rows += [
        UnitRow(code, name, name, "group", SCHOOL_CODE, place)
        for place, (code, name) in enumerate(GROUPS.items(), start=1)
    ]
    for place, department in enumerate((*departments(), *faculties()), start=1):
        rows.append(_unit_of(department, place))
        rows += _sections_of(department)
        rows += _majors_of(department)
    return rows


def plan_classes(students: int) -> list[ClassPlan]:
    """Return the classes that take the given number of students, about 40 each."""
    slots = [
        (faculty, major, grade)
        for faculty in faculties()
        for major in faculty.majors
        for grade in GRADES
    ]
    wanted = max(1, round(students / STUDENTS_PER_CLASS))
    counts = apportion(wanted, [major.weight for _, major, _ in slots])
    sizes = iter(_class_sizes(students, wanted))
    return [
        ClassPlan(faculty, major, grade, ordinal, next(sizes))
        for (faculty, major, grade), count in zip(slots, counts, strict=True)
        for ordinal in range(1, count + 1)
    ]


def class_unit(plan: ClassPlan) -> UnitRow:
    """Return the unit of a class, a child of its major."""
    return UnitRow(
        code=plan.code,
        name=f"{plan.major.name}{plan.grade}级{plan.ordinal}班",
        short_name=f"{plan.major.short_name}{plan.grade[2:]}-{plan.ordinal}",
        kind="class",
        parent=major_code(plan.faculty, plan.major),
        sort=int(f"{plan.grade}{plan.ordinal:02d}"),
    )


def section_code(department: Department, key: str) -> str:
    """Return the code of a section: the department's code and the section's key."""
    return f"{department.code}-{key}"


def major_code(faculty: Department, major: Major) -> str:
    """Return the code of a major: the faculty's code and the major's number."""
    return f"{faculty.code}-{major.number}"


def _unit_of(department: Department, place: int) -> UnitRow:
    kind = "faculty" if department.is_faculty else "department"
    return UnitRow(
        department.code,
        department.name,
        department.short_name,
        kind,
        department.group,
        place,
        department.phone,
        department.place,
    )


def _sections_of(department: Department) -> Iterator[UnitRow]:
    for place, section in enumerate(department.sections, start=1):
        code = section_code(department, section.key)
        yield UnitRow(code, section.name, section.name, "section", department.code, place)


def _majors_of(faculty: Department) -> Iterator[UnitRow]:
    first = len(faculty.sections) + 1
    for place, major in enumerate(faculty.majors, start=first):
        code = major_code(faculty, major)
        yield UnitRow(code, major.name, major.short_name, "major", faculty.code, place)


def _class_sizes(students: int, classes: int) -> list[int]:
    """Share students out evenly, then move a few from one class to the next."""
    base, more = divmod(students, classes)
    sizes = [base + (place < more) for place in range(classes)]
    random = Random(students)
    spread = min(_SIZE_SPREAD, base // 5)
    for place in range(0, classes - 1, 2):
        moved = random.randint(0, spread)
        sizes[place] += moved
        sizes[place + 1] -= moved
    return sizes
