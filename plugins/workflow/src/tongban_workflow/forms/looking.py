"""Looking up what a form names, a few statements for the whole form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tongban.toolkit import file_facts
from tongban_workflow.forms.compiling import CompiledForm
from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import FileFound, Found
from tongban_workflow.forms.people import (
    read_people,
    read_units,
    search_people,
    search_units,
)
from tongban_workflow.forms.uploads import GUARD
from tongban_workflow.forms.widgets import Entered
from tongban_workflow.forms.widgets.pickers import chosen_id, search_control
from tongban_workflow.forms.widgets.widget import typed

MOST_FILES = 200
_LONGEST_KEY = 40
_BIGGEST_ID = 2**63 - 1


@dataclass
class _Keys:
    """What has to be looked up."""

    people: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    files: dict[UUID, None] = field(default_factory=dict)


def look_up(
    session: Session,
    form: CompiledForm,
    values: Mapping[str, Any],
    entered: Entered,
    person_id: int,
    shown: Iterable[str] | None = None,
    refs: Collection[str] = (),
) -> Found:
    """Look up everything that the stored values and what was entered name.

    Only fields in `shown` are looked at (all when None). A file is found when it is in the stored
    values already, or is the person's own and not attached to anything but `refs`, the draft that
    the form comes from: nobody learns the name of a stranger's file by naming its id.
    """
    wanted = set(form.fields if shown is None else shown)
    fields = [one for one in form.fields.values() if one.widget.lookup and one.name in wanted]
    keys = _Keys()
    stored: set[str] = set()
    for one in fields:
        _note_stored(keys, one, values.get(one.name), stored)
        _note_entered(keys, one, entered)
    people = read_people(session, keys.people, keys.numbers)
    units = read_units(session, keys.units, keys.codes)
    return Found(
        people={one.id: one for one in people},
        people_by_number={one.number: one for one in people},
        units={one.id: one for one in units},
        units_by_code={one.code: one for one in units},
        files=_files(session, list(keys.files)[:MOST_FILES], stored, person_id, refs),
        people_matches={
            one.name: search_people(session, _searched(entered, one))
            for one in fields
            if one.widget.lookup == "person" and _searched(entered, one)
        },
        unit_matches={
            one.name: search_units(session, _searched(entered, one))
            for one in fields
            if one.widget.lookup == "unit" and _searched(entered, one)
        },
    )


def _note_stored(keys: _Keys, one: Field, value: Any, stored: set[str]) -> None:
    if one.widget.lookup == "file":
        listed = [str(entry) for entry in value] if isinstance(value, list) else []
        stored.update(listed)
        _note_files(keys, listed)
        return
    ids, texts = (
        (keys.people, keys.numbers) if one.widget.lookup == "person" else (keys.units, keys.codes)
    )
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _BIGGEST_ID:
        ids.add(value)
    elif isinstance(value, str) and 0 < len(value) <= _LONGEST_KEY:
        texts.add(value)


def _note_entered(keys: _Keys, one: Field, entered: Entered) -> None:
    if one.widget.lookup == "file":
        _note_files(keys, entered.get(one.name, ()))
        return
    chosen = chosen_id(entered, one.name)
    if chosen is not None:
        (keys.people if one.widget.lookup == "person" else keys.units).add(chosen)


def _note_files(keys: _Keys, texts: Iterable[str]) -> None:
    for text in texts:
        try:
            keys.files[UUID(text)] = None
        except ValueError:
            continue


def _searched(entered: Entered, one: Field) -> str:
    return typed(entered, search_control(one.name))


def _files(
    session: Session, ids: list[UUID], stored: set[str], person_id: int, refs: Collection[str]
) -> dict[str, FileFound]:
    found = {}
    for facts in file_facts(session, ids) if ids else ():
        key = str(facts.id)
        free = not facts.guard or (facts.guard == GUARD and facts.guard_ref in refs)
        if key in stored or (facts.owner_id == person_id and free):
            found[key] = FileFound(key, facts.name, facts.size)
    return found
