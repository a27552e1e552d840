"""Reading copies."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from tongban.toolkit import clock, mark_changed
from tongban_workflow.engine.happenings import Actor
from tongban_workflow.engine.statements import MARK_READ


def mark_read(session: Session, task_ids: Sequence[UUID], actor: Actor) -> int:
    """Mark copies as read by the person they were sent to; return how many became read.

    Reading decides nothing, so it takes no lock and leaves no event; others' copies are left alone.
    """
    mark_changed(session)
    params = {"of_tasks": list(task_ids), "of_person": actor.id, "at": clock.now()}
    return session.connection().execute(MARK_READ, params).rowcount
