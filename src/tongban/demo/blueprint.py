"""What the demo campus is drawn from: departments, faculties and their parts, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

SCHOOL_CODE = "ayit"
SCHOOL_NAME = "安阳工学院"

GROUPS = {"dzgljg": "党政管理机构", "jfdw": "教辅单位", "jxyb": "教学院部"}
TEACHING = "jxyb"

GRADES = ("2023", "2024", "2025", "2026")

SCHOOL_LEADERS = ("校长", "党委书记", "副校长", "副校长", "副校长", "党委副书记", "纪委书记")
"""Posts of the school itself, the head first; each is held by one person."""

_SECTION_LEADERS = ("科长", "副科长")
_TEACHING_SECTION_LEADERS = ("教研室主任", "教研室副主任")
_OFFICE_LEADERS = ("主任", "副主任")

TEACHER = "专任教师"
COUNSELLOR = "辅导员"
CLASS_TEACHER = "班主任"


@dataclass(frozen=True, slots=True)
class Section:
    """A section (科室) of a department, or a teaching section (教研室) of a faculty.

    `head` and `deputy` name its leading posts, `posts` those of the others.
    """

    key: str
    name: str
    head: str
    deputy: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Major:
    """A major (专业); `weight` is its share of the students, relative to the others."""

    number: str
    name: str
    short_name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Department:
    """An administrative or support department, or a faculty (which has a `number` and majors).

    `leaders` are the names of the leading posts, the head's first, each once a holder; `weight`
    is its share of the staff, relative to those of its kind.
    """

    code: str
    name: str
    short_name: str
    group: str
    leaders: tuple[str, ...]
    phone: str
    place: str
    weight: int
    sections: tuple[Section, ...]
    number: str = ""
    majors: tuple[Major, ...] = ()

    @property
    def is_faculty(self) -> bool:
        """Whether it teaches: a faculty stands in the group of teaching units."""
        return self.group == TEACHING


@cache
def departments() -> tuple[Department, ...]:
    """Return the departments that administer and support, in the order of the org tree."""
    return tuple(_department(entry) for entry in _read("departments.toml")["department"])


@cache
def faculties() -> tuple[Department, ...]:
    """Return the faculties, in the order of their numbers."""
    return tuple(_faculty(entry) for entry in _read("faculties.toml")["faculty"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _department(entry: Mapping[str, Any]) -> Department:
    head, deputy = entry["leaders"]
    return Department(
        code=entry["code"],
        name=entry["name"],
        short_name=entry.get("short_name", entry["name"]),
        group=entry["group"],
        leaders=(head, deputy, deputy),
        phone=entry["phone"],
        place=entry["place"],
        weight=entry["weight"],
        sections=tuple(_section(part) for part in entry["sections"]),
    )


def _section(entry: Mapping[str, Any]) -> Section:
    head, deputy = entry.get("leaders", _SECTION_LEADERS)
    return Section(entry["key"], entry["name"], head, deputy, tuple(entry["posts"]))


def _faculty(entry: Mapping[str, Any]) -> Department:
    offices = (
        Section("bg", "综合办公室", *_OFFICE_LEADERS, ("行政秘书岗", "教学秘书岗")),
        Section("xg", "学生工作办公室", *_OFFICE_LEADERS, (COUNSELLOR,)),
    )
    teaching = tuple(
        Section(f"jy{place}", name, *_TEACHING_SECTION_LEADERS, (TEACHER,))
        for place, name in enumerate(entry["teaching_sections"], start=1)
    )
    return Department(
        code=entry["code"],
        name=entry["name"],
        short_name=entry["short_name"],
        group=TEACHING,
        leaders=("院长", "党总支书记", "副院长", "副院长"),
        phone=entry["phone"],
        place=entry["place"],
        weight=entry["weight"],
        sections=offices + teaching,
        number=entry["number"],
        majors=tuple(Major(**major) for major in entry["majors"]),
    )
