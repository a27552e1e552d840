"""Session rows: one for each signed-in browser, found by the hash of its random cookie."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.attempts import plain_agent
from tongban.auth.models import Account, SessionRow
from tongban.orgs.models import OrgUnit
from tongban.permissions.cache import permission_generation
from tongban.users.models import Person

TOUCH_EVERY = timedelta(minutes=5)

_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_ADDRESS = 45


class SignedIn(NamedTuple):
    """A living session with what is needed of account, person and home unit.

    `generation` is the present generation of grants, read by the same statement.
    """

    token_hash: str
    public_id: str
    csrf_token: str
    seen_at: datetime
    kept: bool
    account_id: int
    person_id: int
    number: str
    name: str
    kind: str
    title: str
    unit_id: int
    unit_name: str
    unit_path: str
    generation: int


class OpenSession(NamedTuple):
    """A living session as its owner sees it."""

    public_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    kept: bool
    address: str
    user_agent: str


class EndedSession(NamedTuple):
    """A session that was just ended, and whose it was."""

    public_id: str
    account_id: int


@dataclass(frozen=True)
class SessionLimits:
    """How long sessions live. Kept ones (在本机免登录) have no idle limit."""

    idle: timedelta
    absolute: timedelta
    keep: timedelta

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> SessionLimits:
        """Read them from the settings."""
        return cls(
            timedelta(minutes=settings["auth.idle_minutes"]),
            timedelta(hours=settings["auth.absolute_hours"]),
            timedelta(days=settings["auth.keep_days"]),
        )

    def lifetime(self, *, keep: bool) -> timedelta:
        """Return after what time a session ends in any case."""
        return self.keep if keep else self.absolute


_LIVING = (
    SessionRow.revoked_at.is_(None),
    SessionRow.expires_at > bindparam("now"),
    or_(SessionRow.kept, SessionRow.seen_at > bindparam("idle_since")),
)

_FIND = (
    select(
        SessionRow.token_hash,
        SessionRow.public_id,
        SessionRow.csrf_token,
        SessionRow.seen_at,
        SessionRow.kept,
        Account.id,
        Person.id,
        Person.number,
        Person.name,
        Person.kind,
        Person.title,
        OrgUnit.id,
        OrgUnit.name,
        OrgUnit.path,
        func.coalesce(permission_generation(), 0),
    )
    .join(Account, Account.id == SessionRow.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .where(
        SessionRow.token_hash == bindparam("token_hash"),
        *_LIVING,
        Account.status == "active",
        Person.status == "active",
    )
)

_LIST = (
    select(
        SessionRow.public_id,
        SessionRow.created_at,
        SessionRow.seen_at,
        SessionRow.expires_at,
        SessionRow.kept,
        SessionRow.address,
        SessionRow.user_agent,
    )
    .where(SessionRow.account_id == bindparam("account_id"), *_LIVING)
    .order_by(SessionRow.seen_at.desc(), SessionRow.public_id)
    .limit(bindparam("most"))
)


def token_hash(token: str) -> str:
    """Return what is kept of a cookie's token; it is random, so it needs no salt."""
    return sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    """Say whether a text has the form of a token, before the database is asked."""
    return _TOKEN.fullmatch(text) is not None


def find_session(session: Session, token: str, *, limits: SessionLimits) -> SignedIn | None:
    """Return the living session of a token with its person, in one statement."""
    row = session.execute(
        _FIND, {"token_hash": token_hash(token), **_moments(limits)}
    ).one_or_none()
    return None if row is None else SignedIn._make(row)


def open_session(
    session: Session,
    account_id: int,
    address: str,
    user_agent: str,
    keep: bool,
    *,
    limits: SessionLimits,
) -> tuple[str, SignedIn]:
    """Open a session for an active account and return the cookie's token with it.

    Raises LookupError when account or person are not active.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = clock.now()
    session.execute(
        insert(SessionRow).values(
            token_hash=token_hash(token),
            account_id=account_id,
            csrf_token=secrets.token_urlsafe(_TOKEN_BYTES),
            public_id=secrets.token_hex(8),
            created_at=now,
            seen_at=now,
            expires_at=now + limits.lifetime(keep=keep),
            kept=keep,
            address=address[:_LONGEST_ADDRESS],
            user_agent=plain_agent(user_agent),
        )
    )
    signed_in = find_session(session, token, limits=limits)
    if signed_in is None:
        raise LookupError(f"account {account_id} is not active")
    return token, signed_in


def list_sessions(
    session: Session, account_id: int, *, limits: SessionLimits, most: int = 50
) -> Sequence[OpenSession]:
    """Return an account's living sessions, the one used last first."""
    rows = session.execute(_LIST, {"account_id": account_id, "most": most, **_moments(limits)})
    return [OpenSession(*row) for row in rows]


def end_session(session: Session, account_id: int, public_id: str) -> list[EndedSession]:
    """End one session of an account; nothing happens if it ended before."""
    return _end(session, SessionRow.account_id == account_id, SessionRow.public_id == public_id)


def end_session_of(session: Session, token: str) -> list[EndedSession]:
    """End the session of a cookie's token, whoever's it is."""
    return _end(session, SessionRow.token_hash == token_hash(token))


def end_other_sessions(session: Session, account_id: int, public_id: str) -> list[EndedSession]:
    """End every session of an account but the one named."""
    return _end(session, SessionRow.account_id == account_id, SessionRow.public_id != public_id)


def end_all_sessions(session: Session, account_id: int) -> list[EndedSession]:
    """End every session of an account."""
    return _end(session, SessionRow.account_id == account_id)


def touch(session: Session, hashed: str) -> None:
    """Note that a session is in use; called at most every `TOUCH_EVERY`."""
    now = clock.now()
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == hashed, SessionRow.seen_at < now)
        .values(seen_at=now)
    )


def _end(session: Session, *which: Any) -> list[EndedSession]:
    """Revoke the sessions that still run and return them."""
    now = clock.now()
    rows = session.execute(
        update(SessionRow)
        .where(*which, SessionRow.revoked_at.is_(None), SessionRow.expires_at > now)
        .values(revoked_at=now)
        .returning(SessionRow.public_id, SessionRow.account_id)
    )
    return [EndedSession(*row) for row in rows]


def _moments(limits: SessionLimits) -> dict[str, datetime]:
    now = clock.now()
    return {"now": now, "idle_since": now - limits.idle}
