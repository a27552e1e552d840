"""What was looked up for a form: people, units and files that its values name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_ICONS = {
    "pdf": "file-type-pdf",
    "doc": "file-type-doc",
    "docx": "file-type-docx",
    "xls": "file-type-xls",
    "xlsx": "file-type-xls",
    "zip": "file-zip",
    "txt": "file-text",
    "jpg": "photo",
    "jpeg": "photo",
    "png": "photo",
}


class PersonFacts(NamedTuple):
    """A person as a form shows them."""

    id: int
    number: str
    name: str
    unit_name: str
    active: bool


class UnitFacts(NamedTuple):
    """A unit as a form shows it."""

    id: int
    code: str
    name: str
    active: bool


class FileFound(NamedTuple):
    """A stored file as a form shows it."""

    id: str
    name: str
    size: int

    @property
    def icon(self) -> str:
        """Name of the icon for its kind."""
        return _ICONS.get(self.name.rpartition(".")[2].lower(), "file")


@dataclass(frozen=True)
class Found:
    """Everything looked up for one form.

    `people_matches` and `unit_matches` hold, by field, what the text in its search box finds.
    """

    people: Mapping[int, PersonFacts] = field(default_factory=dict)
    people_by_number: Mapping[str, PersonFacts] = field(default_factory=dict)
    units: Mapping[int, UnitFacts] = field(default_factory=dict)
    units_by_code: Mapping[str, UnitFacts] = field(default_factory=dict)
    files: Mapping[str, FileFound] = field(default_factory=dict)
    people_matches: Mapping[str, tuple[PersonFacts, ...]] = field(default_factory=dict)
    unit_matches: Mapping[str, tuple[UnitFacts, ...]] = field(default_factory=dict)


NOTHING_FOUND = Found()
