"""What can be done with people, under one name."""

from __future__ import annotations

from tongban.users.checking import PersonInput
from tongban.users.finding import (
    PeopleFilter,
    PeoplePage,
    PersonRow,
    find_by_number,
    find_people,
    pick_people,
)
from tongban.users.leaving import mark_left, readmit
from tongban.users.names import Spelling, spell, spell_person
from tongban.users.people import PersonDetail, create_person, edit_person, find_person

__all__ = [
    "PeopleFilter",
    "PeoplePage",
    "PersonDetail",
    "PersonInput",
    "PersonRow",
    "Spelling",
    "create_person",
    "edit_person",
    "find_by_number",
    "find_people",
    "find_person",
    "mark_left",
    "pick_people",
    "readmit",
    "spell",
    "spell_person",
]
