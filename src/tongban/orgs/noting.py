"""Audit records of what happens in the org tree."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from tongban.audit.services import record
from tongban.permissions.viewer import Viewer


def note(
    session: Session,
    actor: Viewer | None,
    action: str,
    object_id: int,
    name: str,
    unit_id: int,
    detail: Mapping[str, object],
) -> None:
    """Record an act on a thing of a unit; the action's first word says what kind of thing it is."""
    record(
        session,
        action,
        actor=actor,
        object_type=action.partition(".")[0],
        object_id=object_id,
        object_name=name,
        unit_id=unit_id,
        detail=detail,
    )
