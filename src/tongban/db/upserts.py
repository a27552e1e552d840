"""Inserting what may be there already, in the manner of each database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def insert_or_skip(
    session: Session,
    model: type[DeclarativeBase],
    values: Mapping[str, Any],
    unique: Sequence[str],
    returning: str,
) -> Any:
    """Insert a row unless one with the same `unique` columns exists.

    Return the new row's column called `returning`, or None when the row was there.
    """
    table = model.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(model)
        .values(**values)
        .on_conflict_do_nothing(index_elements=list(unique))
        .returning(table.c[returning])
    )
    return session.execute(statement).scalar_one_or_none()
