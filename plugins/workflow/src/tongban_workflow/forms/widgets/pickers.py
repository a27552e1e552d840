"""person, unit: found by typing a part of the name, chosen among what is found."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found, PersonFacts, UnitFacts
from tongban_workflow.forms.widgets.widget import (
    Entered,
    Shown,
    Unreadable,
    Widget,
    typed,
    types_of,
    wants,
)

SEARCH = ".search"

_ID = re.compile(r"[1-9]\d{0,17}\Z", re.ASCII)


def search_control(name: str) -> str:
    """Return the name of a picker's search box."""
    return name + SEARCH


def chosen_id(entered: Entered, name: str) -> int | None:
    """Return the id that a picker's radio button sent, if it is one."""
    text = typed(entered, name)
    return int(text) if _ID.match(text) else None


class Picker(Widget):
    """A search box, and what it finds as radio buttons that send an id.

    The stored value is the id if the schema says integer, else the number or code.
    """

    noun: ClassVar[str] = ""

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """One person or unit, by id or by number or code."""
        return wants(schema, "string", "integer")

    def controls(self, field: Field) -> tuple[str, ...]:
        """Return the radio buttons and the search box."""
        return field.name, search_control(field.name)

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the id of what is stored."""
        one = self.stored(value, found)
        return {field.name: [str(one.id)] if one else []}

    def read(self, field: Field, entered: Entered, found: Found) -> int | str | None:
        """Return what was chosen, or the only one that was found. Raises Unreadable."""
        searched = typed(entered, search_control(field.name))
        chosen = self.by_id(chosen_id(entered, field.name), found)
        if chosen is not None and not chosen.active:
            raise Unreadable(f"所选{self.noun}已停用，请重新选择")
        if not searched:
            return self._value(field, chosen) if chosen else None
        matches = self.matches(field, found)
        if chosen is None and len(matches) == 1:
            chosen = matches[0]
        if chosen is not None and chosen in matches:
            return self._value(field, chosen)
        if not matches:
            raise Unreadable(f"没有找到「{searched[:20]}」，请核对后重新查找")
        raise Unreadable(f"找到多个{self.noun}，请选择其中一个")

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return the name of what is stored."""
        one = self.stored(value, found)
        return self.shown(one) if one else Shown(str(value))

    def _value(self, field: Field, one: PersonFacts | UnitFacts) -> int | str:
        return one.id if types_of(field.schema) == {"integer"} else self.key(one)

    @abstractmethod
    def key(self, one: Any) -> str:
        """Return the number or code."""

    @abstractmethod
    def by_id(self, identifier: int | None, found: Found) -> PersonFacts | UnitFacts | None:
        """Return the one with this id."""

    @abstractmethod
    def stored(self, value: Any, found: Found) -> PersonFacts | UnitFacts | None:
        """Return the one that a stored value names."""

    @abstractmethod
    def matches(self, field: Field, found: Found) -> Sequence[PersonFacts | UnitFacts]:
        """Return what the search box found."""

    @abstractmethod
    def shown(self, one: Any) -> Shown:
        """Return the name to be read."""


class PersonPicker(Picker):
    """`person`."""

    name = "person"
    lookup = "person"
    noun = "人员"
    missing = "请选择人员"

    def key(self, one: PersonFacts) -> str:
        """Return the number."""
        return one.number

    def by_id(self, identifier: int | None, found: Found) -> PersonFacts | None:
        """Return the person with this id."""
        return found.people.get(identifier) if identifier is not None else None

    def stored(self, value: Any, found: Found) -> PersonFacts | None:
        """Return the person by id or number."""
        if isinstance(value, int):
            return found.people.get(value)
        return found.people_by_number.get(value) if isinstance(value, str) else None

    def matches(self, field: Field, found: Found) -> Sequence[PersonFacts]:
        """Return the people found."""
        return found.people_matches.get(field.name, ())

    def shown(self, one: PersonFacts) -> Shown:
        """Return 顾念之（信息化管理中心）."""
        return Shown(f"{one.name}（{one.unit_name}）")


class UnitPicker(Picker):
    """`unit`."""

    name = "unit"
    lookup = "unit"
    noun = "部门"
    missing = "请选择部门"

    def key(self, one: UnitFacts) -> str:
        """Return the code."""
        return one.code

    def by_id(self, identifier: int | None, found: Found) -> UnitFacts | None:
        """Return the unit with this id."""
        return found.units.get(identifier) if identifier is not None else None

    def stored(self, value: Any, found: Found) -> UnitFacts | None:
        """Return the unit by id or code."""
        if isinstance(value, int):
            return found.units.get(value)
        return found.units_by_code.get(value) if isinstance(value, str) else None

    def matches(self, field: Field, found: Found) -> Sequence[UnitFacts]:
        """Return the units found."""
        return found.unit_matches.get(field.name, ())

    def shown(self, one: UnitFacts) -> Shown:
        """Return the name."""
        return Shown(one.name)
