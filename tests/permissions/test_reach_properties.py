"""KN-3: what grants give, over random trees, compared with a naive walk up the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import sealing
from tongban.db import make_engine
from tongban.models import metadata
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.orgs.services import move_unit
from tongban.permissions.cache import read_permissions
from tongban.permissions.models import Grant, Role, RolePermission
from tongban.permissions.registry import Permission, PermissionGroup, PermissionRegistry
from tongban.permissions.services import scope_condition
from tongban.permissions.viewer import PermissionSet, Viewer
from tongban.users.models import Person

READ, WRITE, SCHOOL_WIDE = "demo.read", "demo.write", "demo.school_wide"
REGISTRY = PermissionRegistry(
    [
        PermissionGroup(
            "demo",
            "演示",
            (
                Permission(READ, "看"),
                Permission(WRITE, "改"),
                Permission(SCHOOL_WIDE, "全校", scoped=False),
            ),
        )
    ]
)


@dataclass
class Given:
    """One grant as drawn: where, what, and whether something ended it."""

    unit: int
    names: frozenset[str]
    subtree: bool
    ended: str
    by_post: bool


@dataclass
class World:
    """A tree by parent numbers (unit 0 is the root) and grants to one person."""

    parents: list[int]
    grants: list[Given]
    ids: list[int] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def ancestors(self, unit: int) -> Iterator[int]:
        while True:
            yield unit
            if unit == 0:
                return
            unit = self.parents[unit - 1]

    def naive(self, name: str, unit: int) -> bool:
        for grant in self.grants:
            if grant.ended or name not in grant.names:
                continue
            if name == SCHOOL_WIDE or unit == grant.unit:
                return True
            if grant.subtree and grant.unit in self.ancestors(unit):
                return True
        return False


ENDINGS = ["", "", "", "revoked", "expired", "post_ended", "post_later"]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(1, 12))
    parents = [draw(st.integers(0, number)) for number in range(size - 1)]
    grants = draw(
        st.lists(
            st.builds(
                Given,
                unit=st.integers(0, size - 1),
                names=st.frozensets(st.sampled_from([READ, WRITE, SCHOOL_WIDE])),
                subtree=st.booleans(),
                ended=st.sampled_from(ENDINGS),
                by_post=st.booleans(),
            ),
            max_size=5,
        )
    )
    for grant in grants:
        if grant.ended.startswith("post"):
            grant.by_post = True
    return World(parents, grants)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    sealing.use_key(b"k" * 32)
    path: Path = tmp_path_factory.mktemp("reach") / "reach.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def build(session: Session, world: World) -> Viewer:
    for number in range(len(world.parents) + 1):
        parent = None if number == 0 else world.ids[world.parents[number - 1]]
        above = "/" if number == 0 else world.paths[world.parents[number - 1]]
        unit = OrgUnit(
            code=f"u{number}",
            name=f"单位{number}",
            short_name="",
            kind="department",
            parent_id=parent,
            path="?",
        )
        session.add(unit)
        session.flush()
        unit.path = f"{above}{unit.id}/"
        world.ids.append(unit.id)
        world.paths.append(unit.path)
    person = Person(number="1", name="张三", kind="staff", unit_id=world.ids[0])
    session.add(person)
    session.flush()
    for number, grant in enumerate(world.grants):
        give(session, world, grant, person.id, number)
    session.flush()
    permissions, _until = read_permissions(session, REGISTRY, person.id, "staff")
    return viewer_of(person, permissions)


def give(session: Session, world: World, grant: Given, person_id: int, number: int) -> None:
    role = Role(key=f"r{number}", name=f"角色{number}")
    session.add(role)
    session.flush()
    session.add_all(RolePermission(role_id=role.id, permission=name) for name in grant.names)
    position_id = None
    if grant.by_post:
        position_id = post(session, world, grant, person_id)
    at = clock.now()
    session.add(
        Grant(
            role_id=role.id,
            person_id=None if grant.by_post else person_id,
            position_id=position_id,
            unit_id=world.ids[grant.unit],
            reaches_subtree=grant.subtree,
            revoked_at=at if grant.ended == "revoked" else None,
            ends_at=at - timedelta(minutes=1) if grant.ended == "expired" else None,
        )
    )


def post(session: Session, world: World, grant: Given, person_id: int) -> int:
    position = Position(unit_id=world.ids[grant.unit], name="岗位")
    session.add(position)
    session.flush()
    today = clock.today()
    starts = today + timedelta(days=3) if grant.ended == "post_later" else today
    session.add(
        Appointment(
            person_id=person_id,
            unit_id=position.unit_id,
            position_id=position.id,
            starts_on=starts,
            ends_on=today if grant.ended == "post_ended" else None,
        )
    )
    return position.id


def viewer_of(person: Person, permissions: PermissionSet) -> Viewer:
    return Viewer(person.id, 0, person.number, person.name, "staff", 0, "", "", "", "", permissions)


def listed(session: Session, viewer: Viewer, name: str) -> set[int]:
    return set(
        session.scalars(select(OrgUnit.id).where(scope_condition(viewer, name, OrgUnit.path)))
    )


@given(worlds())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_grants_give_exactly_what_the_tree_says(engine: Engine, world: World) -> None:
    """allows() equals the naive walk, and a list shows exactly what allows() gives."""
    world.ids.clear()
    world.paths.clear()
    with Session(engine) as session:
        viewer = build(session, world)
        for name in (READ, WRITE, SCHOOL_WIDE):
            expected = {
                world.ids[unit] for unit in range(len(world.ids)) if world.naive(name, unit)
            }
            allowed = {
                world.ids[unit]
                for unit, path in enumerate(world.paths)
                if viewer.allows(name, path)
            }
            assert allowed == expected
            assert viewer.allows(name) == bool(expected)
            assert listed(session, viewer, name) == expected
        session.rollback()


@given(worlds(), st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_moved_unit_is_reached_from_its_new_place_only(
    engine: Engine, world: World, data: st.DataObject
) -> None:
    """After a move the grants of the new place reach the unit, those of the old one do not."""
    world.ids.clear()
    world.paths.clear()
    with Session(engine) as session:
        build(session, world)
        if len(world.ids) < 3:
            return
        moved = data.draw(st.integers(1, len(world.ids) - 1))
        targets = [
            unit for unit in range(len(world.ids)) if moved not in set(world.ancestors(unit))
        ]
        target = data.draw(st.sampled_from(targets))
        move_unit(session, None, world.ids[moved], world.ids[target])
        world.parents[moved - 1] = target
        session.expire_all()
        paths = dict(session.execute(select(OrgUnit.id, OrgUnit.path)).all())
        world.paths[:] = [paths[unit_id] for unit_id in world.ids]
        person = session.scalars(select(Person)).one()
        permissions, _until = read_permissions(session, REGISTRY, person.id, "staff")
        viewer = viewer_of(person, permissions)
        for unit, path in enumerate(world.paths):
            assert path.endswith(f"/{world.ids[unit]}/")
            assert viewer.allows(READ, path) == world.naive(READ, unit)
        session.rollback()
