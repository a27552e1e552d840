"""From what was entered to the values of a form, checked as the merged form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongban_workflow.definitions import EDITABLE
from tongban_workflow.expressions import Environment
from tongban_workflow.forms.compiling import CompiledForm
from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found
from tongban_workflow.forms.messages import CONTRADICTORY, explain, missing
from tongban_workflow.forms.posted import Posted
from tongban_workflow.forms.widgets import Entered, Unreadable

Rights = Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """What came out of reading.

    `changes` are the editable fields with their new values, None for one left empty; `merged` is
    the whole form with them; `errors` is what to tell by field, "" for the form as a whole.
    """

    changes: Mapping[str, Any]
    merged: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)


def editable(form: CompiledForm, rights: Rights) -> list[Field]:
    """Return the fields that may be filled in under these rights."""
    return [one for one in form.fields.values() if rights.get(one.name) in EDITABLE]


def read_entered(form: CompiledForm, rights: Rights, posted: Posted) -> dict[str, list[str]]:
    """Return what was typed into the editable fields; whatever else was posted is dropped."""
    return {
        control: posted.of(control)
        for one in editable(form, rights)
        for control in one.widget.controls(one)
    }


def enter_stored(
    form: CompiledForm, rights: Rights, values: Mapping[str, Any], found: Found
) -> dict[str, list[str]]:
    """Return the stored values of the editable fields as one would have typed them."""
    entered: dict[str, list[str]] = {}
    for one in editable(form, rights):
        entered |= one.widget.entered(one, values.get(one.name), found)
    return entered


def read_form(
    form: CompiledForm,
    rights: Rights,
    entered: Entered,
    values: Mapping[str, Any],
    found: Found,
    environment: Environment,
    *,
    complete: bool = True,
) -> Reading:
    """Read what was entered over the stored `values` and check the merged form.

    Fields whose condition does not hold are left empty. With `complete` false nothing is missed
    (a draft), but what is there must be right.
    """
    errors: dict[str, str] = {}
    merged = {name: value for name, value in values.items() if value is not None}
    fields = editable(form, rights)
    for one in fields:
        merged.pop(one.name, None)
        try:
            value = one.widget.read(one, entered, found)
        except Unreadable as error:
            errors[one.name] = str(error)
            continue
        if value is not None:
            merged[one.name] = value
    shown = shown_fields(form, merged, environment)
    for one in fields:
        if one.name not in shown:
            merged.pop(one.name, None)
            errors.pop(one.name, None)
    errors = {**_schema_errors(form, rights, merged, shown, complete=complete), **errors}
    if complete:
        errors = {**_missing_by_right(form, rights, merged, shown), **errors}
    changes = {one.name: merged.get(one.name) for one in fields}
    return Reading(changes, merged, _in_order(form, errors))


def shown_fields(
    form: CompiledForm, values: Mapping[str, Any], environment: Environment
) -> frozenset[str]:
    """Return the fields whose condition holds on these values.

    A field that is not shown counts as empty for the conditions of others, so the conditions are
    asked again until nothing changes; more rounds than fields would be a circle.
    """
    shown = frozenset(form.fields)
    conditional = [one for one in form.fields.values() if one.show_if is not None]
    for _round in range(len(conditional) + 1):
        visible = {name: value for name, value in values.items() if name in shown}
        asked = Environment(visible, environment.starter, environment.today)
        away = {
            one.name
            for one in conditional
            if one.show_if is not None and not one.show_if.test(asked).value
        }
        before, shown = shown, frozenset(form.fields) - away
        if shown == before:
            break
    return shown


def _schema_errors(
    form: CompiledForm,
    rights: Rights,
    merged: Mapping[str, Any],
    shown: frozenset[str],
    *,
    complete: bool,
) -> dict[str, str]:
    """Return the first message for each field that this person may correct.

    What somebody else entered earlier was checked then and cannot be corrected here.
    """
    errors: dict[str, str] = {}
    for error in form.validator.iter_errors(dict(merged)):
        path = [part for part in error.instance_path if isinstance(part, str)]
        name = path[0] if path else str(getattr(error.kind, "property", ""))
        not_missed = not complete or name not in shown
        if not path and error.kind.name == "required" and not_missed:
            continue
        one = form.fields.get(name)
        if one is None:
            errors.setdefault("", CONTRADICTORY)
        elif rights.get(name) in EDITABLE:
            errors.setdefault(name, explain(one, error.kind))
    return errors


def _missing_by_right(
    form: CompiledForm, rights: Rights, merged: Mapping[str, Any], shown: frozenset[str]
) -> dict[str, str]:
    return {
        one.name: missing(one)
        for one in form.fields.values()
        if rights.get(one.name) == "required" and one.name in shown and one.name not in merged
    }


def _in_order(form: CompiledForm, errors: Mapping[str, str]) -> dict[str, str]:
    ordered = {name: errors[name] for name in form.fields if name in errors}
    return ordered | ({"": errors[""]} if "" in errors else {})
