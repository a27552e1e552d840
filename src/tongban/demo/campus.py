"""The demo campus as plain rows: build it, look things up in it.

Everything follows from the number of people: no clock, no database, the same rows every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tongban.demo.accounts import DEMO_ACCOUNTS, DemoAccount
from tongban.demo.people import PeopleMaker
from tongban.demo.posts import positions
from tongban.demo.roles import DUTY_ROLES, role_grants
from tongban.demo.rows import (
    AppointmentRow,
    ConnectedSystemRow,
    PersonRow,
    PositionRow,
    RoleGrantRow,
    RoleRow,
    UnitRow,
)
from tongban.demo.systems import connected_systems
from tongban.demo.units import class_unit, plan_classes, standing_units
from tongban.demo.workforce import Workforce, least_staff

DEFAULT_PEOPLE = 14_000
LEAST_PEOPLE = 400
PEOPLE_PER_STAFF = 14
_SEED = 20_260_901


@dataclass(frozen=True)
class Campus:
    """The whole campus. Units stand parents first; rows name each other by code and number.

    `unit_ids` and `person_ids` are filled once the campus is in a database.
    """

    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]
    positions: tuple[PositionRow, ...]
    appointments: tuple[AppointmentRow, ...]
    roles: tuple[RoleRow, ...]
    grants: tuple[RoleGrantRow, ...]
    systems: tuple[ConnectedSystemRow, ...]
    accounts: tuple[DemoAccount, ...]
    unit_ids: Mapping[str, int] = field(default_factory=dict)
    person_ids: Mapping[str, int] = field(default_factory=dict)

    def unit_id(self, code: str) -> int:
        """Return the id of a unit. Raises KeyError for an unknown code or before the load."""
        return self.unit_ids[code]

    def person_id(self, number: str) -> int:
        """Return the id of a person. Raises KeyError for an unknown number or before the load."""
        return self.person_ids[number]

    def stored_as(self, unit_ids: Mapping[str, int], person_ids: Mapping[str, int]) -> Campus:
        """Return the same campus, knowing the ids it has in a database."""
        return replace(self, unit_ids=unit_ids, person_ids=person_ids)


def build_campus(people: int = DEFAULT_PEOPLE) -> Campus:
    """Return the campus with the given number of people, staff and students together.

    One in fourteen is staff, but never fewer than it takes to give every unit a head. Raises
    ValueError below `LEAST_PEOPLE`.
    """
    if people < LEAST_PEOPLE:
        raise ValueError(f"the demo campus needs at least {LEAST_PEOPLE} people, not {people}")
    staff = max(round(people / PEOPLE_PER_STAFF), least_staff())
    classes = plan_classes(people - staff)
    maker = PeopleMaker(_SEED)
    workforce = Workforce(staff, maker)
    students = [student for plan in classes for student in maker.students(plan)]
    posts = positions(classes)
    appointments = workforce.appointments(classes)
    return Campus(
        units=(*standing_units(), *map(class_unit, classes)),
        people=(*workforce.people(), *students),
        positions=tuple(posts),
        appointments=tuple(appointments),
        roles=DUTY_ROLES,
        grants=tuple(role_grants(posts, appointments)),
        systems=connected_systems(),
        accounts=DEMO_ACCOUNTS,
    )
