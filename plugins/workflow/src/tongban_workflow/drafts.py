"""Drafts: what somebody typed and has not sent in, one for each person and service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from tongban.toolkit import BigInt, attach_files, clock, detach_files
from tongban_workflow.forms import GUARD, draft_ref
from tongban_workflow.models import Draft

LONGEST_LIST = 20


class DraftFacts(NamedTuple):
    """A draft as plain values."""

    id: int
    item_id: str
    service_name: str
    entered: Mapping[str, Sequence[str]]
    updated_at: datetime


_COLUMNS = (Draft.id, Draft.item_id, Draft.service_name, Draft.entered, Draft.updated_at)
_OWN = Draft.person_id == bindparam("person_id", type_=BigInt)
_FIND = select(*_COLUMNS).where(_OWN, Draft.item_id == bindparam("item_id"))
_LIST = (select(*_COLUMNS).where(_OWN).order_by(Draft.updated_at.desc(), Draft.id.desc())).limit(
    LONGEST_LIST
)


def find_draft(session: Session, person_id: int, item_id: str) -> DraftFacts | None:
    """Return somebody's draft for a service, or None."""
    row = session.execute(_FIND, {"person_id": person_id, "item_id": item_id}).first()
    return DraftFacts(*row) if row else None


def list_drafts(session: Session, person_id: int) -> list[DraftFacts]:
    """Return somebody's drafts, the latest first."""
    return [DraftFacts(*row) for row in session.execute(_LIST, {"person_id": person_id})]


def save_draft(
    session: Session,
    person_id: int,
    item_id: str,
    service_name: str,
    entered: Mapping[str, Sequence[str]],
    files: Sequence[UUID],
) -> None:
    """Keep what was typed, and the person's own `files` named in it; replaces an earlier draft."""
    draft = session.scalar(
        select(Draft).where(Draft.person_id == person_id, Draft.item_id == item_id)
    )
    if draft is None:
        draft = Draft(person_id=person_id, item_id=item_id)
        session.add(draft)
    draft.service_name = service_name
    draft.entered = {control: list(texts) for control, texts in entered.items()}
    draft.updated_at = clock.now()
    session.flush()
    attach_files(session, files, GUARD, draft_ref(draft.id), person_id)


def drop_draft(session: Session, draft: DraftFacts | None, files: Sequence[UUID]) -> None:
    """Forget a draft and let its files go."""
    if draft is None:
        return
    detach_files(session, files, GUARD, draft_ref(draft.id))
    session.execute(
        delete(Draft).where(Draft.id == draft.id).execution_options(synchronize_session=False)
    )
