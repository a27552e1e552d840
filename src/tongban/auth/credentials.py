"""Looking at credentials: whose name was typed, how it stands, whether the password is right.

`look_up` reads, `examine` computes without a database: it must not be held while a password is
hashed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.auth import attempts, passwords
from tongban.auth.attempts import Attempt, Limits, Standing
from tongban.auth.models import Account
from tongban.auth.passwords import HashParameters
from tongban.users.models import Person

MOST_NAME_CHARACTERS = 32


class AccountRow(NamedTuple):
    """An account as signing in needs it."""

    id: int
    username: str
    password_hash: str | None
    status: str
    person_id: int
    number: str
    name: str
    person_status: str


@dataclass(frozen=True)
class Candidate:
    """Who wants to sign in, as far as the database knows, before the password is looked at."""

    attempt: Attempt
    account: AccountRow | None
    standing: Standing


@dataclass(frozen=True)
class Examined:
    """A candidate whose password was looked at, unless that was barred.

    `new_hash` is set when the stored hash was made with other parameters than today's.
    """

    candidate: Candidate
    matched: bool
    new_hash: str | None = None


_ACCOUNT = (
    select(
        Account.id,
        Account.username,
        Account.password_hash,
        Account.status,
        Person.id,
        Person.number,
        Person.name,
        Person.status,
    )
    .join(Person, Person.id == Account.person_id)
    .where(Account.username == bindparam("username"))
)


def look_up(
    session: Session, settings: Mapping[str, Any], username: str, address: str, user_agent: str
) -> Candidate:
    """Read the account of a typed name and how name and address stand."""
    username = plain_username(username)
    account = read_account(session, username)
    attempt = Attempt(
        name=attempts.stored_name(username, known=account is not None),
        account_id=account.id if account is not None else None,
        address=address,
        user_agent=user_agent,
    )
    standing = attempts.read_standing(session, Limits.of(settings), attempt.name, address)
    return Candidate(attempt, account, standing)


def examine(settings: Mapping[str, Any], candidate: Candidate, password: str) -> Examined:
    """Check the password, with the same work for names that nobody has."""
    if candidate.standing.locked_until or candidate.standing.throttled_until:
        return Examined(candidate, matched=False)
    parameters = HashParameters.of(settings)
    stored = candidate.account.password_hash if candidate.account is not None else None
    if not passwords.matches(password, stored, parameters):
        return Examined(candidate, matched=False)
    if stored is not None and passwords.needs_rehash(stored, parameters):
        return Examined(candidate, True, passwords.hash_password(password, parameters))
    return Examined(candidate, matched=True)


def plain_username(text: str) -> str:
    """Return a typed 学号 or 工号 as accounts have it; full-width digits are digits too."""
    text = unicodedata.normalize("NFKC", text).encode("utf-8", "ignore").decode()
    return "".join(text.replace("\x00", "").split())[:MOST_NAME_CHARACTERS]


def read_account(session: Session, username: str) -> AccountRow | None:
    """Return the account of a name, or None."""
    row = session.execute(_ACCOUNT, {"username": username}).one_or_none()
    return None if row is None else AccountRow(*row)
