"""From `form.json` to a form that can be filled in, once for each published version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import jsonschema_rs

from tongban_workflow.definitions import Definition, form_fields
from tongban_workflow.expressions import compile_expression
from tongban_workflow.forms.fields import Field, Layout, Note, Option, Section
from tongban_workflow.forms.schema import make_validator
from tongban_workflow.forms.widgets import WIDGETS
from tongban_workflow.forms.widgets.attachments import DEFAULT_EXTENSIONS
from tongban_workflow.forms.widgets.choices import STYLES


@dataclass(frozen=True)
class CompiledForm:
    """A form ready for use; made from a `form.json` that `check_form` found no fault with."""

    spec: Mapping[str, Any]
    layout: Layout

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields by name, in the order of the layout."""
        return self.layout.fields

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        """The compiled schema."""
        return make_validator(self.spec["schema"])

    @cached_property
    def controlling(self) -> Mapping[str, tuple[str, ...]]:
        """By field: the fields that are shown or not depending on it."""
        found: dict[str, list[str]] = {}
        for field in self.fields.values():
            for name in sorted(field.show_if.fields) if field.show_if else ():
                found.setdefault(name, []).append(field.name)
        return {name: tuple(dependants) for name, dependants in found.items()}


def compile_form(spec: Mapping[str, Any]) -> CompiledForm:
    """Compile a checked form."""
    kinds = form_fields(spec)
    sections: list[tuple[str, list[Field | Note]]] = [("", [])]
    fields: dict[str, Field] = {}
    for item in spec["layout"]:
        if "section" in item:
            sections.append((item["section"], []))
        elif "note" in item:
            sections[-1][1].append(Note(item["note"]))
        else:
            field = _field(spec["schema"], item, kinds)
            fields[field.name] = field
            sections[-1][1].append(field)
    kept = tuple(Section(title, tuple(items)) for title, items in sections if items)
    return CompiledForm(spec, Layout(kept, fields))


def _field(schema: Mapping[str, Any], item: Mapping[str, Any], kinds: Mapping[str, str]) -> Field:
    name = item["field"]
    own = schema["properties"][name]
    own = own if isinstance(own, Mapping) else {}
    widget = WIDGETS[item["widget"]]
    several = own.get("type") == "array"
    return Field(
        name=name,
        label=item["label"],
        widget=widget,
        schema=own,
        required=name in schema.get("required", ()),
        help=item.get("help", ""),
        placeholder=item.get("placeholder", ""),
        full=item.get("span", "full" if widget.full else "half") == "full",
        show_if=compile_expression(item["show_if"], kinds) if "show_if" in item else None,
        prefill=item.get("prefill", ""),
        options=tuple(Option(value, text) for value, text in item.get("options", ())),
        style=item.get("style", STYLES[2] if several else STYLES[0]),
        accept=tuple(item.get("accept", DEFAULT_EXTENSIONS)),
    )


_compiled: dict[UUID, CompiledForm] = {}
_MOST_KEPT = 512


def form_of(definition: Definition) -> CompiledForm:
    """Return the form of a published version; it never changes, so it is compiled once."""
    form = _compiled.get(definition.id)
    if form is None:
        if len(_compiled) >= _MOST_KEPT:
            _compiled.clear()
        form = _compiled[definition.id] = compile_form(definition.form)
    return form
