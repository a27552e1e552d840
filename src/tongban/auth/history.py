"""A person's own sign-in history."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.auth.models import SignInAttempt
from tongban.db.keyset import Keyset, Page

_NEWEST_FIRST = Keyset(descending=True, id=SignInAttempt.id)

_HISTORY = select(
    SignInAttempt.id,
    SignInAttempt.at,
    SignInAttempt.address,
    SignInAttempt.user_agent,
    SignInAttempt.outcome,
).where(SignInAttempt.account_id == bindparam("account_id"))


def read_history(
    session: Session, account_id: int, cursor: str | None = None, *, limit: int = 20
) -> Page:
    """Return a page of an account's attempts, newest first."""
    statement = _HISTORY.params(account_id=account_id)
    return _NEWEST_FIRST.page(session, statement, cursor, limit=limit)
