"""Locks that last until the end of a transaction, in the manner of each database."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def lock_for_transaction(session: Session, name: str) -> None:
    """Wait until no other transaction holds the lock called `name`, and take it.

    PostgreSQL: an advisory lock of the transaction. SQLite: nothing to do, for a transaction that
    writes (BEGIN IMMEDIATE) is alone already; the caller's must be one.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(key)))
