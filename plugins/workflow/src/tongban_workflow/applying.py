"""Applying for a service: the empty form, the draft, sending it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.toolkit import BigInt, Forbidden, NotFoundHere, Viewer, clock
from tongban_workflow.definitions import Definition, current_definition, load
from tongban_workflow.drafts import DraftFacts, drop_draft, find_draft, save_draft
from tongban_workflow.engine import Actor, Outcome, fill_rights, start_case
from tongban_workflow.forms import (
    Applicant,
    CompiledForm,
    FormState,
    Sheet,
    TakenIn,
    draft_ref,
    editable,
    file_ids,
    form_of,
    give_files,
    lay_out,
    read_applicant,
    release_files,
)
from tongban_workflow.models import Case
from tongban_workflow.promises import due_after
from tongban_workflow.services import ServiceFacts, read_service
from tongban_workflow.telling import tell

_AUDIENCES = {"staff": "教职工", "student": "学生"}

_STARTED = select(Case.id).where(
    Case.starter_id == bindparam("person_id", type_=BigInt),
    Case.start_request == bindparam("request_id"),
)


@dataclass(frozen=True)
class Application:
    """The form of a service before it is sent in, in the hands of one person."""

    definition: Definition
    form: CompiledForm
    applicant: Applicant
    service: ServiceFacts
    draft: DraftFacts | None
    sheet: Sheet


def open_application(session: Session, viewer: Viewer, item_id: str) -> Application:
    """Return the form of a service. Raises NotFoundHere, Forbidden (not for such people)."""
    row = current_definition(session, item_id)
    service = read_service(session, item_id)
    if row is None or service is None:
        raise NotFoundHere("该事项不存在，或暂不能在线办理。")
    if not service.open_to(viewer.kind):
        raise Forbidden(f"该事项不面向{_AUDIENCES.get(viewer.kind, '您')}在线办理。")
    definition = load(session, row.id)
    form = form_of(definition)
    applicant = read_applicant(session, viewer.person_id)
    draft = find_draft(session, viewer.person_id, item_id)
    sheet = Sheet(
        form=form,
        rights=fill_rights(definition.flow),
        values={},
        starter=applicant.facts(),
        person_id=viewer.person_id,
        refs=(draft_ref(draft.id),) if draft else (),
        clear_phones=True,
    )
    return Application(definition, form, applicant, service, draft, sheet)


def first_state(session: Session, application: Application) -> FormState:
    """Return what the form shows when it is opened: the draft, else what is known of the person."""
    if application.draft is not None:
        return lay_out(session, application.sheet, dict(application.draft.entered))
    return lay_out(session, application.sheet, _prefilled(application))


def _prefilled(application: Application) -> dict[str, list[str]]:
    known = {
        one.name: application.applicant.prefill(one.prefill)
        for one in editable(application.form, application.sheet.rights)
        if one.prefill
    }
    return {name: [text] for name, text in known.items() if text}


def keep_draft(session: Session, application: Application, taken: TakenIn) -> None:
    """Keep what was typed as the person's draft for this service."""
    fields = editable(application.form, application.sheet.rights)
    values: Mapping[str, object] = {one.name: taken.entered.get(one.name) for one in fields}
    mine = [one for one in file_ids(fields, values) if str(one) in taken.state.found.files]
    if application.draft is not None:
        release_files(session, _draft_files(application), draft_ref(application.draft.id))
    save_draft(
        session,
        application.applicant.id,
        application.definition.item_id,
        application.definition.name,
        taken.entered,
        mine,
    )


def discard_draft(session: Session, application: Application) -> None:
    """Forget the draft."""
    drop_draft(session, application.draft, _draft_files(application))


def started_before(session: Session, viewer: Viewer, request_id: str) -> UUID | None:
    """Return the case that the same page was sent in for before, if it was (a double click)."""
    params = {"person_id": viewer.person_id, "request_id": request_id}
    return session.scalar(_STARTED, params)


def send_in(session: Session, application: Application, taken: TakenIn, request_id: str) -> Outcome:
    """Start the case with a form that was read without errors, and tell whom it concerns.

    Raises what `start_case` raises, and FileRefused when a file has vanished meanwhile.
    """
    outcome = start_case(
        session,
        application.definition.id,
        Actor(application.applicant.id, application.applicant.name),
        taken.reading.merged,
        request_id,
        due_at=due_after(clock.now(), application.service.duration_days),
    )
    if outcome.replayed:
        return outcome
    discard_draft(session, application)
    give_files(
        session,
        list(application.form.fields.values()),
        {},
        taken.reading.merged,
        str(outcome.case_id),
        application.applicant.id,
    )
    tell(session, outcome.happenings)
    return outcome


def _draft_files(application: Application) -> list[UUID]:
    draft = application.draft
    fields = application.form.fields.values()
    return file_ids(fields, draft.entered) if draft is not None else []
