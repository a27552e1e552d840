"""Facts about the person who starts a case, kept with it for conditions and rules."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from tongban_workflow.engine.errors import NotAllowedNow
from tongban_workflow.engine.statements import STARTER


class StarterFacts(NamedTuple):
    """Where the starter belongs now, and what conditions may ask about him."""

    unit_id: int
    unit: str
    facts: dict[str, Any]
    definition_status: str | None


def read_starter(connection: Connection, person_id: int, definition_id: UUID) -> StarterFacts:
    """Read the starter, and the definition's status with it. Raises NotAllowedNow if he left."""
    params = {"of_person": person_id, "of_definition": definition_id}
    row = connection.execute(STARTER, params).first()
    if row is None or row.status != "active":
        raise NotAllowedNow("您已不在校，不能提交申请")
    facts = {
        "kind": row.kind,
        "number": row.number,
        "unit": row.unit_code,
        "grade": row.grade,
    }
    return StarterFacts(row.unit_id, row.unit_name, facts, row.definition_status)
