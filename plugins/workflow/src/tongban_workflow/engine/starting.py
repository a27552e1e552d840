"""Starting a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tongban.toolkit import clock, mark_changed, uuid7
from tongban_workflow.definitions import EDITABLE, FILL, Definition, load, render_title
from tongban_workflow.engine.errors import NotAllowedNow
from tongban_workflow.engine.happenings import Actor, Outcome
from tongban_workflow.engine.input import check_storable, checked_request_id, require_fields
from tongban_workflow.engine.moving import FILL_STEP, advance
from tongban_workflow.engine.run import Run
from tongban_workflow.engine.starters import StarterFacts, read_starter
from tongban_workflow.engine.state import CaseState, columns
from tongban_workflow.engine.statements import INSERT_CASE, NEXT_NUMBER, STARTED_BEFORE
from tongban_workflow.engine.writing import write

DEFAULT_PREFIX = "BJ"


def start_case(
    session: Session,
    definition_id: UUID,
    starter: Actor,
    form: Mapping[str, Any],
    request_id: str,
    *,
    due_at: datetime | None = None,
) -> Outcome:
    """Start a case with a filled-in form and send it on its way.

    Fields the starter may not edit are dropped. The same starter's same request id gives the case
    started before. Raises DefinitionNotFound, NotAllowedNow (retired flow, starter left),
    FieldsMissing, FormTooLarge, FormUnreadable, BadRequestId, NobodyToAssign.
    """
    checked_request_id(request_id)
    earlier = _started_before(session, starter, request_id)
    if earlier:
        return earlier
    definition = load(session, definition_id)
    facts = read_starter(session.connection(), starter.id, definition_id)
    if facts.definition_status != "published":
        raise NotAllowedNow("该事项的流程已更新，请刷新页面后重新填写")
    case = _new_case(definition, starter, facts, _own_fields(definition, form), due_at)
    run = Run(session, case, definition, starter, request_id)
    require_fields(run, FILL)
    run.end_visit(run.open_visit(FILL), "done")
    run.note_act("start")
    run.tell("started", step=FILL_STEP, people=(starter.id,))
    advance(run, definition.flow.first)
    return _store(run)


def _started_before(session: Session, starter: Actor, request_id: str) -> Outcome | None:
    params = {"of_starter": starter.id, "of_request": request_id}
    row = session.connection().execute(STARTED_BEFORE, params).first()
    return Outcome(row.id, row.number, row.status, True, ()) if row else None


def _own_fields(definition: Definition, form: Mapping[str, Any]) -> dict[str, Any]:
    rights = definition.flow.rights(FILL)
    own = {
        name: value
        for name, value in form.items()
        if rights.get(name) in EDITABLE and value is not None
    }
    check_storable(own)
    return own


def _new_case(
    definition: Definition,
    starter: Actor,
    facts: StarterFacts,
    form: dict[str, Any],
    due_at: datetime | None,
) -> CaseState:
    return CaseState(
        id=uuid7(),
        number="",  # given out when the case is stored: the counter is locked as late as possible
        definition_id=definition.id,
        item_id=definition.item_id,
        service_name=definition.name,
        title=render_title(definition.form, form, definition.name),
        starter_id=starter.id,
        starter_name=starter.name,
        starter_unit_id=facts.unit_id,
        starter_unit=facts.unit,
        starter_facts=facts.facts,
        owner_unit_id=definition.owner_unit_id,
        status="running",
        round=1,
        form=form,
        form_rev=1,
        created_at=clock.now(),
        due_at=due_at,
        finished_at=None,
    )


def _store(run: Run) -> Outcome:
    mark_changed(run.session)
    run.case.number = _next_number(run)
    row = {**columns(run.case), "start_request": run.request_id}
    insert = INSERT_CASE[run.connection.dialect.name]
    if run.connection.execute(insert, row).rowcount == 0:
        earlier = _started_before(run.session, run.actor, run.request_id)
        if earlier:
            return earlier
    run.case_changed = False
    write(run)
    return run.outcome()


def _next_number(run: Run) -> str:
    prefix = run.definition.number_prefix or DEFAULT_PREFIX
    day = clock.today()
    statement = NEXT_NUMBER[run.connection.dialect.name]
    last: int = run.connection.execute(statement, {"prefix": prefix, "day": day}).scalar_one()
    return f"{prefix}-{day:%Y%m%d}-{last:04d}"
