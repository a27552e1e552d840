"""Factories: a small campus that tests build up as they need it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import Account
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.permissions.models import Grant, Role, RolePermission
from tongban.permissions.roles import seed_roles
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.users.models import Person
from tongban.web.runtime import Runtime

PASSWORD = "Tongban-2026"


@dataclass(frozen=True)
class MadeUnit:
    """A unit made for a test."""

    id: int
    code: str
    name: str
    path: str


@dataclass(frozen=True)
class MadePerson:
    """A person made for a test; may sign in with `PASSWORD` if an account was made."""

    id: int
    number: str
    name: str
    unit_id: int


@cache
def _password_hash() -> str:
    # Cheap parameters: tests sign in hundreds of times.
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Campus:
    """Makes units, people, posts, accounts and grants in a test's transaction."""

    def __init__(self, session: Session, runtime: Runtime) -> None:
        self.session = session
        self.runtime = runtime
        self._numbers = itertools.count(1)
        seed_roles(session)
        self.root = self.unit("安阳工学院", code="ayit", kind="school")

    def unit(
        self,
        name: str,
        *,
        parent: MadeUnit | None = None,
        code: str = "",
        kind: str = "department",
    ) -> MadeUnit:
        """Make a unit; below the root unless said otherwise."""
        above = parent if parent is not None or kind == "school" else self.root
        row = OrgUnit(
            code=code or f"unit{next(self._numbers)}",
            name=name,
            short_name=name[:40],
            kind=kind,
            parent_id=above.id if above else None,
            path="",
        )
        self.session.add(row)
        self.session.flush()
        row.path = f"{above.path if above else '/'}{row.id}/"
        self.session.commit()
        return MadeUnit(row.id, row.code, row.name, row.path)

    def person(
        self,
        name: str = "",
        *,
        unit: MadeUnit | None = None,
        kind: str = "staff",
        number: str = "",
        account: bool = True,
        **columns: Any,
    ) -> MadePerson:
        """Make a person with an active account."""
        serial = next(self._numbers)
        home = unit or self.root
        row = Person(
            number=number or f"{2020_0000 + serial}",
            name=name or f"测试{serial}",
            kind=kind,
            unit_id=home.id,
            **columns,
        )
        self.session.add(row)
        self.session.flush()
        if account:
            self.session.add(
                Account(
                    person_id=row.id,
                    username=row.number,
                    password_hash=_password_hash(),
                    status="active",
                    activated_at=clock.now(),
                )
            )
        self.session.commit()
        return MadePerson(row.id, row.number, row.name, row.unit_id)

    def appoint(
        self, person: MadePerson, unit: MadeUnit, post: str = "主任", rank: str = "head"
    ) -> int:
        """Give a person a post in a unit and return the position's id."""
        position = self.session.scalar(
            select(Position).where(Position.unit_id == unit.id, Position.name == post)
        )
        if position is None:
            position = Position(unit_id=unit.id, name=post, rank=rank)
            self.session.add(position)
            self.session.flush()
        self.session.add(
            Appointment(
                person_id=person.id,
                unit_id=unit.id,
                position_id=position.id,
                rank=rank,
                starts_on=clock.now().date(),
            )
        )
        advance(self.session, PERMISSIONS)
        self.session.commit()
        self.runtime.refresh(now=True)
        return position.id

    def role(self, key: str, *permissions: str) -> str:
        """Make a role with these permissions and return its key."""
        row = Role(key=key, name=key)
        self.session.add(row)
        self.session.flush()
        self.session.add_all(
            RolePermission(role_id=row.id, permission=permission) for permission in permissions
        )
        self.session.commit()
        return key

    def grant(
        self, person: MadePerson, role: str, unit: MadeUnit | None = None, *, subtree: bool = True
    ) -> int:
        """Give a role to a person on a unit (the root unless said) and return the grant's id."""
        role_id = self.session.scalar(select(Role.id).where(Role.key == role))
        assert role_id is not None, f"no role {role}"
        row = Grant(
            role_id=role_id,
            person_id=person.id,
            unit_id=(unit or self.root).id,
            reaches_subtree=subtree,
        )
        self.session.add(row)
        advance(self.session, PERMISSIONS)
        self.session.commit()
        self.runtime.refresh(now=True)
        return row.id
