"""A form in somebody's hands: laid out to be seen, taken in when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from tongban.toolkit import FileStore, clock
from tongban_workflow.expressions import Environment
from tongban_workflow.forms.compiling import CompiledForm
from tongban_workflow.forms.looking import look_up
from tongban_workflow.forms.posted import Posted
from tongban_workflow.forms.reading import (
    Reading,
    Rights,
    enter_stored,
    read_entered,
    read_form,
    shown_fields,
)
from tongban_workflow.forms.showing import FormState
from tongban_workflow.forms.uploads import remove_file, store_uploads
from tongban_workflow.forms.widgets import Entered


@dataclass(frozen=True)
class Sheet:
    """A form with the stored `values`, as one person may see and change it.

    `starter` are the facts that conditions ask about; `refs` what the person's own files may be
    attached to already (a draft).
    """

    form: CompiledForm
    rights: Rights
    values: Mapping[str, Any]
    starter: Mapping[str, Any]
    person_id: int
    refs: tuple[str, ...] = ()
    clear_phones: bool = False

    @property
    def visible(self) -> list[str]:
        """Names of the fields that are not hidden."""
        return [name for name in self.form.fields if self.rights.get(name, "hidden") != "hidden"]

    def environment(self) -> Environment:
        """Return what conditions are asked on."""
        return Environment(self.values, self.starter, clock.today())


@dataclass(frozen=True)
class TakenIn:
    """What came back: as typed, as read, and the page's state to show it again."""

    entered: Mapping[str, Sequence[str]]
    reading: Reading
    state: FormState

    @property
    def errors(self) -> Mapping[str, str]:
        """What has to be corrected, by field."""
        return self.state.errors

    def unjudged(self) -> FormState:
        """Return the state without its errors: the form is still being filled in."""
        return replace(self.state, errors={})


def lay_out(session: Session, sheet: Sheet, entered: Entered | None = None) -> FormState:
    """Return what a form shows: the stored values, or what was typed before (a draft)."""
    found = look_up(
        session,
        sheet.form,
        sheet.values,
        entered or {},
        sheet.person_id,
        sheet.visible,
        sheet.refs,
    )
    if entered is None:
        typed: Entered = enter_stored(sheet.form, sheet.rights, sheet.values, found)
        values = sheet.values
    else:
        typed = entered
        reading = read_form(
            sheet.form, sheet.rights, typed, sheet.values, found, sheet.environment()
        )
        values = reading.merged
    shown = shown_fields(sheet.form, values, sheet.environment())
    return FormState(sheet.values, typed, found, shown, clear_phones=sheet.clear_phones)


def take_in(
    session: Session, store: FileStore, sheet: Sheet, posted: Posted, *, complete: bool = True
) -> TakenIn:
    """Read what was sent, storing new files; with `complete` false nothing is missed."""
    entered = read_entered(sheet.form, sheet.rights, posted)
    refused = store_uploads(
        session, store, sheet.form, sheet.rights, posted, entered, sheet.person_id
    )
    for wanted in posted.values.get("remove", ()):
        remove_file(entered, wanted)
    found = look_up(
        session,
        sheet.form,
        sheet.values,
        entered,
        sheet.person_id,
        sheet.visible,
        sheet.refs,
    )
    environment = sheet.environment()
    reading = read_form(
        sheet.form, sheet.rights, entered, sheet.values, found, environment, complete=complete
    )
    state = FormState(
        values=sheet.values,
        entered=entered,
        found=found,
        shown=shown_fields(sheet.form, reading.merged, environment),
        errors={**reading.errors, **refused},
        clear_phones=sheet.clear_phones,
    )
    return TakenIn(entered, reading, state)
