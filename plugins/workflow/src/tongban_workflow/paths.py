"""Addresses that messages and task lists carry: they are written where there is no request."""

from __future__ import annotations

from uuid import UUID

CASE_PATTERN = "/cases/{case_id}"
APPLY_PATTERN = "/apply/{item_id}"


def case_path(case_id: UUID) -> str:
    """Return the path of a case's page."""
    return CASE_PATTERN.format(case_id=case_id)


def apply_path(item_id: str) -> str:
    """Return the path of the form of a service."""
    return APPLY_PATTERN.format(item_id=item_id)
