"""What a viewer's reach means for lists, as SQL conditions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from tongban.db.paths import Under
from tongban.permissions.viewer import Reach, Viewer


def reach_condition(reach: Reach, path_column: Any) -> ColumnElement[bool]:
    """Return the condition that a unit's path column lies within `reach`."""
    if reach.everywhere:
        return true()
    parts: list[ColumnElement[bool]] = [Under(path_column, path) for path in reach.subtrees]
    if reach.exact:
        parts.append(path_column.in_(reach.exact))
    return or_(*parts) if parts else false()


def scope_condition(viewer: Viewer, permission: str, path_column: Any) -> ColumnElement[bool]:
    """Return the condition that lists exactly what `viewer.allows(permission, path)` gives."""
    return reach_condition(viewer.permissions.reach(permission), path_column)
