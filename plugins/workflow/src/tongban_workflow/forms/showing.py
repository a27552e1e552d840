"""What the templates get of a form: plain values in sections; hidden fields not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from tongban_workflow.definitions import EDITABLE
from tongban_workflow.forms.compiling import CompiledForm
from tongban_workflow.forms.fields import Field, Note
from tongban_workflow.forms.found import FileFound, Found, PersonFacts, UnitFacts
from tongban_workflow.forms.posted import PREFIX
from tongban_workflow.forms.reading import Rights
from tongban_workflow.forms.widgets import Entered
from tongban_workflow.forms.widgets.attachments import MAX_BYTES
from tongban_workflow.forms.widgets.pickers import SEARCH
from tongban_workflow.forms.widgets.widget import typed

_MASKED_FROM = 8


@dataclass(frozen=True)
class OptionView:
    """One option of a choice, or one person or unit to choose."""

    key: str
    text: str
    chosen: bool
    detail: str = ""


@dataclass(frozen=True)
class EditView:
    """A field to fill in. `controls` are ids of the regions that depend on its value."""

    name: str
    widget: str
    label: str
    required: bool
    full: bool
    help: str
    placeholder: str
    error: str
    value: str
    values: Sequence[str]
    options: Sequence[OptionView]
    style: str
    most: int | None
    accept: str
    files: Sequence[FileFound]
    search: str
    away: bool
    dependants: str
    kind: Literal["edit"] = "edit"

    @property
    def id(self) -> str:
        """Id of the control, or of the group of controls."""
        return f"f-{self.name}"

    @property
    def region(self) -> str:
        """Id of the element around the field."""
        return f"w-{self.name}"

    @property
    def control(self) -> str:
        """Name of the control."""
        return PREFIX + self.name

    @property
    def described_by(self) -> str | None:
        """Ids of the texts that describe the control."""
        ids = [f"{self.id}-help"] if self.help else []
        ids += [f"{self.id}-error"] if self.error else []
        return " ".join(ids) or None


@dataclass(frozen=True)
class ReadView:
    """A field to read."""

    name: str
    widget: str
    label: str
    full: bool
    text: str
    note: str
    files: Sequence[FileFound]
    kind: Literal["read"] = "read"

    @property
    def lines(self) -> list[str]:
        """The text by lines."""
        return self.text.split("\n")


@dataclass(frozen=True)
class NoteView:
    """A line of advice, beside fields to fill in."""

    text: str
    kind: Literal["edit"] = "edit"
    widget: Literal["note"] = "note"


Item = EditView | ReadView | NoteView


@dataclass(frozen=True)
class RunView:
    """Neighbouring fields of one kind: a grid of controls, or a list of terms and values."""

    kind: str
    items: Sequence[Item]


@dataclass(frozen=True)
class SectionView:
    """A heading and what stands below it."""

    title: str
    runs: Sequence[RunView]


@dataclass(frozen=True)
class FormState:
    """What a form shows: stored `values`, what was `entered`, what was looked up, `errors`.

    `shown` are the fields whose condition holds; `clear_phones` shows telephone numbers in full.
    """

    values: Mapping[str, Any]
    entered: Entered
    found: Found
    shown: frozenset[str]
    errors: Mapping[str, str] = field(default_factory=dict)
    clear_phones: bool = False


def show_form(form: CompiledForm, rights: Rights, state: FormState) -> list[SectionView]:
    """Return the sections that have anything to show under these rights."""
    sections = []
    for section in form.layout.sections:
        items = list(_items(form, section.items, rights, state))
        if any(item.widget != "note" for item in items):
            runs = [
                RunView(kind, list(run)) for kind, run in groupby(items, lambda item: item.kind)
            ]
            sections.append(SectionView(section.title, runs))
    return sections


def summary(form: CompiledForm, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (id, text) of everything to correct, in the order of the form."""
    return [
        (f"f-{name}", f"{form.fields[name].label}：{text}") if name else ("", text)
        for name, text in errors.items()
    ]


def _items(
    form: CompiledForm, items: Sequence[Field | Note], rights: Rights, state: FormState
) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Note):
            if any(right in EDITABLE for right in rights.values()):
                yield NoteView(item.text)
        elif rights.get(item.name, "hidden") in EDITABLE:
            yield _edit(form, item, rights, state)
        elif rights.get(item.name, "hidden") != "hidden" and item.name in state.values:
            yield _read(item, state)


def _read(one: Field, state: FormState) -> ReadView:
    shown = one.widget.show(one, state.values[one.name], state.found)
    text = shown.text
    if one.widget.name == "phone" and not state.clear_phones:
        text = mask_phone(text)
    return ReadView(
        name=one.name,
        widget=one.widget.name,
        label=one.label,
        full=one.full,
        text=text,
        note=shown.note,
        files=shown.files,
    )


def _edit(form: CompiledForm, one: Field, rights: Rights, state: FormState) -> EditView:
    values = [text for text in state.entered.get(one.name, ()) if text]
    most = one.schema.get("maxLength")
    return EditView(
        name=one.name,
        widget=one.widget.name,
        label=one.label,
        required=one.required or rights.get(one.name) == "required",
        full=one.full,
        help=one.help,
        placeholder=one.placeholder,
        error=state.errors.get(one.name, ""),
        value=values[0] if values else "",
        values=values,
        options=_options(one, values, state.found),
        style=one.style,
        most=most if isinstance(most, int) else None,
        accept=_accept(one),
        files=[state.found.files[text] for text in values if text in state.found.files],
        search=typed(state.entered, one.name + SEARCH),
        away=one.name not in state.shown,
        dependants=_regions(form, one, rights),
    )


def _accept(one: Field) -> str:
    return ",".join(f".{ending}" for ending in one.accept) if one.widget.lookup == "file" else ""


def _regions(form: CompiledForm, one: Field, rights: Rights) -> str:
    """Ids of the regions to fetch again when the field's value changes."""
    names = form.controlling.get(one.name, ())
    return ",".join(f"#w-{name}" for name in names if rights.get(name) in EDITABLE)


def _options(one: Field, values: Sequence[str], found: Found) -> list[OptionView]:
    if one.widget.lookup == "person":
        people = {str(key): person for key, person in found.people.items()}
        return _picks(people, values, found.people_matches.get(one.name, ()))
    if one.widget.lookup == "unit":
        units = {str(key): unit for key, unit in found.units.items()}
        return _picks(units, values, found.unit_matches.get(one.name, ()))
    return [OptionView(option.key, option.text, option.key in values) for option in one.options]


def _picks(
    known: Mapping[str, Any], values: Sequence[str], matches: Sequence[PersonFacts | UnitFacts]
) -> list[OptionView]:
    chosen = [known[key] for key in values[:1] if key in known]
    listed = chosen + [one for one in matches if one not in chosen]
    only = len(listed) == 1
    return [
        OptionView(str(one.id), one.name, only or one in chosen, _detail(one)) for one in listed
    ]


def _detail(one: PersonFacts | UnitFacts) -> str:
    """What tells people of one name apart, without giving away the whole number."""
    if isinstance(one, PersonFacts):
        return f"{one.unit_name} · 尾号 {one.number[-4:]}"
    return ""


def mask_phone(phone: str) -> str:
    """Return 139****2864."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _MASKED_FROM else "****"


MOST_MEGABYTES = MAX_BYTES // 1024 // 1024
