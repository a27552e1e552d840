"""Reading the org tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select, true
from sqlalchemy.orm import Session

from tongban.orgs.models import OrgUnit
from tongban.users.models import Person
from tongban.web.refusals import NotFoundHere

KIND_TITLES = {
    "school": "学校",
    "group": "机构分类",
    "department": "部门",
    "section": "科室",
    "faculty": "学院",
    "major": "专业",
    "class": "班级",
}


@dataclass(frozen=True)
class UnitNode:
    """A unit in the tree. `people` are those at home in it, `total` those of its subtree."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None
    path: str
    status: str
    people: int
    total: int
    depth: int
    children: tuple[UnitNode, ...] = field(repr=False)

    def walk(self) -> Iterator[UnitNode]:
        """Give this node and all below it, parents before children."""
        yield self
        for child in self.children:
            yield from child.walk()


class UnitFacts(NamedTuple):
    """A unit's own columns."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None
    path: str
    sort: int
    phone: str
    place: str
    status: str


class _Row(NamedTuple):
    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None
    path: str
    status: str
    people: int


_HEADS = (
    select(Person.unit_id, func.count().label("people"))
    .where(Person.status == "active")
    .group_by(Person.unit_id)
    .subquery("counted")
)
_TREE = (
    select(
        OrgUnit.id,
        OrgUnit.code,
        OrgUnit.name,
        OrgUnit.short_name,
        OrgUnit.kind,
        OrgUnit.parent_id,
        OrgUnit.path,
        OrgUnit.status,
        func.coalesce(_HEADS.c.people, 0),
    )
    .outerjoin(_HEADS, _HEADS.c.unit_id == OrgUnit.id)
    .order_by(OrgUnit.sort, OrgUnit.id)
)
_FACTS = select(
    OrgUnit.id,
    OrgUnit.code,
    OrgUnit.name,
    OrgUnit.short_name,
    OrgUnit.kind,
    OrgUnit.parent_id,
    OrgUnit.path,
    OrgUnit.sort,
    OrgUnit.phone,
    OrgUnit.place,
    OrgUnit.status,
).where(OrgUnit.id == bindparam("unit_id"))
_TRAIL = select(OrgUnit.id, OrgUnit.name).where(
    OrgUnit.id.in_(bindparam("unit_ids", expanding=True))
)


def read_tree(
    session: Session, *, scope: ColumnElement[bool] | None = None, closed: bool = False
) -> tuple[UnitNode, ...]:
    """Return the tops of the tree with head-counts, in one statement.

    `scope` limits the units (see `scope_condition`); a unit whose parent is left out becomes a
    top. Closed units are left out unless `closed`.
    """
    shown = true() if scope is None else scope
    statement = _TREE.where(shown) if closed else _TREE.where(shown, OrgUnit.status == "active")
    return _grow([_Row._make(row) for row in session.execute(statement)])


def flatten(tops: Iterable[UnitNode]) -> list[UnitNode]:
    """Return all nodes, parents before children."""
    return [node for top in tops for node in top.walk()]


def unit_options(tops: Iterable[UnitNode]) -> list[tuple[str, str]]:
    """Return (id, name indented by depth) of all nodes, for a select field."""
    return [(str(node.id), "\u3000" * node.depth + node.name) for node in flatten(tops)]


def find_unit(session: Session, unit_id: int) -> UnitFacts:
    """Return a unit's columns. Raises NotFoundHere."""
    row = session.execute(_FACTS, {"unit_id": unit_id}).one_or_none()
    if row is None:
        raise NotFoundHere("该部门不存在或已被删除。")
    return UnitFacts._make(row)


def ids_of_path(path: str) -> list[int]:
    """Return the ids that a path names, from the root down."""
    return [int(part) for part in path.split("/") if part]


def trail(session: Session, path: str) -> list[tuple[int, str]]:
    """Return (id, name) of the units from the root down to the one with this path."""
    ids = ids_of_path(path)
    names = {row[0]: row[1] for row in session.execute(_TRAIL, {"unit_ids": ids})}
    return [(unit_id, names[unit_id]) for unit_id in ids if unit_id in names]


def _grow(rows: list[_Row]) -> tuple[UnitNode, ...]:
    known = {row.id for row in rows}
    below: dict[int | None, list[_Row]] = {}
    for row in rows:
        parent = row.parent_id if row.parent_id in known else None
        below.setdefault(parent, []).append(row)

    def node(row: _Row, depth: int) -> UnitNode:
        children = tuple(node(child, depth + 1) for child in below.get(row.id, ()))
        total = row.people + sum(child.total for child in children)
        return UnitNode(*row, total=total, depth=depth, children=children)

    return tuple(node(row, 0) for row in below.get(None, ()))
