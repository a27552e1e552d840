"""One case as one person sees it: who may see it, its form, what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.toolkit import BigInt, FileFacts, NotFoundHere, OrgUnit, Viewer
from tongban_workflow.definitions import Definition, load
from tongban_workflow.engine import CaseNotFound, CaseView, read_case
from tongban_workflow.forms import CompiledForm, Sheet, form_of
from tongban_workflow.permissions import READ_ALL

_PATH = select(OrgUnit.path).where(OrgUnit.id == bindparam("unit_id", type_=BigInt))

# Whoever may have to call, and the applicant himself, read telephone numbers in full.
_CALLERS = frozenset({"approve", "handle", "save"})


@dataclass(frozen=True)
class OpenedCase:
    """A case that this person may see."""

    view: CaseView
    definition: Definition
    form: CompiledForm
    sheet: Sheet

    @property
    def case(self) -> Any:
        """The case's plain values."""
        return self.view.case


def open_case(session: Session, viewer: Viewer, case_id: UUID) -> OpenedCase:
    """Return the case. Raises NotFoundHere also for one that the person may not know of."""
    try:
        view = read_case(session, case_id, viewer.person_id)
    except CaseNotFound as error:
        raise _hidden() from error
    if not view.part and not _may_read_all(session, viewer, view.case.owner_unit_id):
        raise _hidden()
    definition = load(session, view.case.definition_id)
    form = form_of(definition)
    calls = view.part == "starter" or bool(_CALLERS & set(view.acts))
    sheet = Sheet(
        form=form,
        rights=view.rights,
        values=view.case.form,
        starter=view.case.starter_facts,
        person_id=viewer.person_id,
        clear_phones=calls,
    )
    return OpenedCase(view, definition, form, sheet)


def may_read_file(session: Session, viewer: Viewer, file: FileFacts) -> bool:
    """Say whether a person may read a file of a case: one that sees the field it is in."""
    try:
        opened = open_case(session, viewer, UUID(file.guard_ref))
    except (NotFoundHere, ValueError):
        return False
    for one in opened.form.fields.values():
        listed = opened.case.form.get(one.name)
        if isinstance(listed, list) and str(file.id) in listed:
            return opened.view.rights.get(one.name, "hidden") != "hidden"
    return False


def _may_read_all(session: Session, viewer: Viewer, unit_id: int) -> bool:
    if not viewer.allows(READ_ALL):
        return False
    path = session.scalar(_PATH, {"unit_id": unit_id})
    return path is not None and viewer.allows(READ_ALL, path)


def _hidden() -> NotFoundHere:
    return NotFoundHere("办件不存在，或您没有查看它的权限。")
