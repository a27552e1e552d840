"""Attempts to sign in: recording them, and what the past ones mean for the next.

Lock-out and throttle are read from the attempts themselves, by the name that was typed whether an
account has it or not: an attacker cannot tell from a lock which names exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import SignInAttempt
from tongban.db import crypto

DONE = "done"
FAILED = "failed"
LOCKED = "locked"
"""The failure that locked the name."""
BLOCKED = "blocked"
"""Not looked at, because the name was locked."""
THROTTLED = "throttled"
"""Not looked at, because of too many failures from the address."""
REFUSED = "refused"
"""Right password, but the account is off or a plugin refused."""
UNLOCKED = "unlocked"
"""Not an attempt: an operator took the lock away."""

OUTCOME_TITLES = {
    DONE: "登录成功",
    FAILED: "密码错误",
    LOCKED: "密码错误，账号已锁定",
    BLOCKED: "锁定期间尝试登录",
    THROTTLED: "尝试过多，已限制",
    REFUSED: "不允许登录",
    UNLOCKED: "管理员解除锁定",
}

_FAILURES_COUNT = timedelta(days=1)
_LONGEST_ADDRESS = 45
_LONGEST_AGENT = 200

_OF_NAME = (
    select(SignInAttempt.outcome, SignInAttempt.at)
    .where(
        SignInAttempt.username == bindparam("name"),
        SignInAttempt.at > bindparam("since"),
        SignInAttempt.outcome.in_((DONE, FAILED, LOCKED, UNLOCKED)),
    )
    .order_by(SignInAttempt.id.desc())
    .limit(bindparam("most"))
)

_OF_ADDRESS = (
    select(SignInAttempt.at)
    .where(
        SignInAttempt.address == bindparam("address"),
        SignInAttempt.at > bindparam("since"),
        SignInAttempt.outcome.in_((FAILED, LOCKED)),
    )
    .order_by(SignInAttempt.at.desc())
    .limit(bindparam("most"))
)

_LOCKS = (
    select(SignInAttempt.account_id, SignInAttempt.outcome, SignInAttempt.at)
    .where(
        SignInAttempt.at > bindparam("since"),
        SignInAttempt.outcome.in_((DONE, LOCKED, UNLOCKED)),
    )
    .order_by(SignInAttempt.id)
)


@dataclass(frozen=True)
class Limits:
    """How many failures are borne. A number of 0 turns that limit off."""

    failures_before_lock: int
    lock: timedelta
    address_failures: int
    address_window: timedelta

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Limits:
        """Read them from the settings."""
        return cls(
            settings["auth.failures_before_lock"],
            timedelta(minutes=settings["auth.lock_minutes"]),
            settings["auth.address_failures"],
            timedelta(minutes=settings["auth.address_window_minutes"]),
        )


@dataclass(frozen=True)
class Standing:
    """What past attempts mean for the next one with this name from this address.

    `failures` are those in a row within a day; the moments are None where nothing is barred.
    """

    failures: int
    locked_until: datetime | None
    throttled_until: datetime | None


@dataclass(frozen=True)
class Attempt:
    """Who tries from where. `name` is as stored, see `stored_name`."""

    name: str
    account_id: int | None
    address: str
    user_agent: str


def stored_name(username: str, *, known: bool) -> str:
    """Return the name under which attempts are kept: a keyed hash if no account has it."""
    return username if known else "?" + crypto.keyed_hash(f"sign-in:{username}")[:40]


def read_standing(session: Session, limits: Limits, name: str, address: str) -> Standing:
    """Read how a name and an address stand now."""
    failures, locked_until = _lock_of(session, limits, name)
    return Standing(failures, locked_until, read_throttle(session, limits, address))


def read_throttle(session: Session, limits: Limits, address: str) -> datetime | None:
    """Return until when an address is throttled, None if it is not."""
    if limits.address_failures <= 0 or not address:
        return None
    since = clock.now() - limits.address_window
    moments = session.scalars(
        _OF_ADDRESS, {"address": address, "since": since, "most": limits.address_failures}
    ).all()
    if len(moments) < limits.address_failures:
        return None
    return moments[-1] + limits.address_window


def record_attempt(session: Session, attempt: Attempt, outcome: str) -> None:
    """Write one attempt."""
    session.execute(
        insert(SignInAttempt).values(
            at=clock.now(),
            username=attempt.name,
            account_id=attempt.account_id,
            address=attempt.address[:_LONGEST_ADDRESS],
            user_agent=plain_agent(attempt.user_agent),
            outcome=outcome,
        )
    )


def plain_agent(user_agent: str) -> str:
    """Return a browser's name for itself as it is stored."""
    return "".join(character for character in user_agent if character.isprintable())[
        :_LONGEST_AGENT
    ]


def read_locks(session: Session, limits: Limits) -> dict[int, datetime]:
    """Return the accounts that are locked now, with the moment each lock ends."""
    since = clock.now() - limits.lock
    locks: dict[int, datetime] = {}
    for account_id, outcome, at in session.execute(_LOCKS, {"since": since}):
        if account_id is None:
            continue  # a name that nobody has
        if outcome == LOCKED:
            locks[account_id] = at + limits.lock
        else:
            locks.pop(account_id, None)
    return locks


def _lock_of(session: Session, limits: Limits, name: str) -> tuple[int, datetime | None]:
    if limits.failures_before_lock <= 0:
        return 0, None
    now = clock.now()
    since = now - max(_FAILURES_COUNT, limits.lock)
    rows = session.execute(
        _OF_NAME, {"name": name, "since": since, "most": limits.failures_before_lock}
    )
    failures = 0
    for outcome, at in rows:
        if outcome == LOCKED:
            ends = at + limits.lock
            return failures, ends if ends > now else None
        if outcome != FAILED:
            break
        failures += 1
    return failures, None
