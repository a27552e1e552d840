"""Reading events as the plain facts that MACs and seals are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from tongban.audit.models import AuditEvent

FACT_NAMES = (
    "at",
    "actor_id",
    "actor",
    "action",
    "object_type",
    "object_id",
    "object_name",
    "unit_id",
    "outcome",
    "address",
    "request_id",
    "detail",
)

FACT_COLUMNS = tuple(getattr(AuditEvent, name) for name in FACT_NAMES)


def facts_of(row: Row[Any]) -> dict[str, Any]:
    """Return the facts of a row that selects `FACT_COLUMNS` among others."""
    mapping = row._mapping
    return {name: mapping[name] for name in FACT_NAMES}
