"""Who holds which post: the leading posts of every unit first, then the others in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import NamedTuple

from tongban.demo.blueprint import (
    CLASS_TEACHER,
    COUNSELLOR,
    GROUPS,
    SCHOOL_CODE,
    SCHOOL_LEADERS,
    Department,
    departments,
    faculties,
)
from tongban.demo.cast import CastMember
from tongban.demo.rows import PositionRow
from tongban.demo.units import ClassPlan, major_code, section_code

_GROUP_LEADERS = ("分管校领导", "协管校领导")
_MAJOR_LEADERS = ("专业负责人", "专业副负责人")


class Post(NamedTuple):
    """A post in a unit."""

    unit: str
    name: str
    rank: str


class Seat(NamedTuple):
    """What one person does in a department: the main post and others held besides.

    `member` is the fixed person who sits here, None for somebody to be invented.
    """

    unit: str
    main: Post
    besides: tuple[Post, ...] = ()
    member: CastMember | None = None


def school_seats() -> list[Seat]:
    """Return the seats of the leaders of the school."""
    return [
        Seat(SCHOOL_CODE, Post(SCHOOL_CODE, name, "deputy" if place else "head"))
        for place, name in enumerate(SCHOOL_LEADERS)
    ]


def department_seats(
    department: Department, count: int, fixed: tuple[CastMember, ...]
) -> list[Seat]:
    """Return `count` seats of a department: its leaders, those of its sections, the others.

    Where there are fewer people than leading posts, some hold several. `count` must exceed the
    number of fixed members.
    """
    leading = list(_leading_posts(department))
    seats = []
    for member in fixed:
        post = _claim(leading, member)
        seats.append(Seat(department.code, post, member=member))
    others = cycle(_other_posts(department))
    invented = count - len(fixed)
    for place in range(invented):
        held = tuple(leading[place::invented])
        main = held[0] if held else next(others)
        seats.append(Seat(department.code, main, held[1:]))
    return seats


def group_posts(code: str) -> tuple[Post, Post]:
    """Return the leading posts of a group of departments, held by leaders of the school."""
    return _leaders_of(code, _GROUP_LEADERS)


def major_posts(code: str) -> tuple[Post, Post]:
    """Return the leading posts of a major, held by teachers of its faculty."""
    return _leaders_of(code, _MAJOR_LEADERS)


def class_posts(code: str) -> tuple[Post, Post]:
    """Return the leading posts of a class: class teacher and counsellor."""
    return _leaders_of(code, (CLASS_TEACHER, COUNSELLOR))


def positions(classes: Iterable[ClassPlan]) -> list[PositionRow]:
    """Return every post of the campus once, held or not, in the order it is listed."""
    posts = [seat.main for seat in school_seats()]
    for code in GROUPS:
        posts += group_posts(code)
    for department in (*departments(), *faculties()):
        posts += _leading_posts(department)
        posts += _other_posts(department)
        for major in department.majors:
            posts += major_posts(major_code(department, major))
    for plan in classes:
        posts += class_posts(plan.code)
    return [
        PositionRow(post.unit, post.name, post.rank, place)
        for place, post in enumerate(dict.fromkeys(posts))
    ]


def _leaders_of(code: str, names: tuple[str, str]) -> tuple[Post, Post]:
    head, deputy = names
    return Post(code, head, "head"), Post(code, deputy, "deputy")


def _leading_posts(department: Department) -> Iterator[Post]:
    for place, name in enumerate(department.leaders):
        yield Post(department.code, name, "deputy" if place else "head")
    for section in department.sections:
        yield Post(section_code(department, section.key), section.head, "head")
    for section in department.sections:
        yield Post(section_code(department, section.key), section.deputy, "deputy")


def _other_posts(department: Department) -> list[Post]:
    """The posts without rank: the first of every section, then the second, and so on."""
    deepest = max(len(section.posts) for section in department.sections)
    return [
        Post(section_code(department, section.key), section.posts[depth], "member")
        for depth in range(deepest)
        for section in department.sections
        if depth < len(section.posts)
    ]


def _claim(leading: list[Post], member: CastMember) -> Post:
    for place, post in enumerate(leading):
        if (post.unit, post.name) == (member.post_unit, member.post):
            return leading.pop(place)
    return Post(member.post_unit, member.post, "member")
