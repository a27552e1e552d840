"""Signing in, in three steps: look up, examine, conclude.

What was read first is read again under a lock when concluding: a burst of guesses learns no more
than as many one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import services as audit
from tongban.auth import attempts, wording
from tongban.auth.attempts import Attempt, Limits, Standing
from tongban.auth.credentials import AccountRow, Candidate, Examined, examine, look_up, read_account
from tongban.auth.ending import tell_ended
from tongban.auth.models import Account
from tongban.auth.sessions import SessionLimits, SignedIn, end_session_of, open_session
from tongban.db.locks import lock_for_transaction

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost

log = structlog.get_logger("tongban.auth")


@dataclass(frozen=True)
class SignInResult:
    """What became of an attempt; `outcome` is one of `tongban.auth.attempts`.

    After success `token` goes into the cookie. `retry_after` is in seconds, 0 where it is no
    matter of time.
    """

    outcome: str
    message: str = ""
    retry_after: int = 0
    token: str = ""
    signed_in: SignedIn | None = None

    @property
    def done(self) -> bool:
        """Whether the person is signed in now."""
        return self.signed_in is not None


def sign_in(
    session: Session,
    settings: Mapping[str, Any],
    host: PluginHost,
    username: str,
    password: str,
    address: str,
    user_agent: str,
    keep: bool,
    *,
    replaces: str = "",
) -> SignInResult:
    """Take the three steps on one session. `replaces` is the token of the browser's old session."""
    candidate = look_up(session, settings, username, address, user_agent)
    examined = examine(settings, candidate, password)
    return conclude(session, settings, host, examined, keep=keep, replaces=replaces)


def conclude(
    session: Session,
    settings: Mapping[str, Any],
    host: PluginHost,
    examined: Examined,
    *,
    keep: bool,
    replaces: str = "",
) -> SignInResult:
    """Decide, record the attempt, and open the session if it succeeds.

    Throttle and lock count before the password: who is barred does not learn whether it was right.
    """
    candidate = examined.candidate
    attempt, limits = candidate.attempt, Limits.of(settings)
    lock_for_transaction(session, f"sign-in:{attempt.name}")
    standing = attempts.read_standing(session, limits, attempt.name, attempt.address)
    if standing.throttled_until:
        return _barred(session, candidate, attempts.THROTTLED, standing.throttled_until, settings)
    if standing.locked_until:
        return _barred(session, candidate, attempts.BLOCKED, standing.locked_until, settings)
    if not examined.matched:
        return _failed(session, candidate, limits, standing, settings)
    account = read_account(session, attempt.name)
    if account is None or account.password_hash != _hash_of(candidate):
        return _failed(session, candidate, limits, standing, settings)
    reason = _reason_to_refuse(session, host, account, attempt.address)
    if reason:
        return _refused(session, candidate, reason)
    _store_new_hash(session, account, examined.new_hash)
    return _done(session, settings, host, account, attempt, keep=keep, replaces=replaces)


def _hash_of(candidate: Candidate) -> str | None:
    return candidate.account.password_hash if candidate.account is not None else None


def _barred(
    session: Session,
    candidate: Candidate,
    outcome: str,
    until: datetime,
    settings: Mapping[str, Any],
) -> SignInResult:
    """Turn away unseen. Not audited one by one: the lock or throttle itself was."""
    attempts.record_attempt(session, candidate.attempt, outcome)
    log.warning("sign-in", outcome=outcome, account_id=candidate.attempt.account_id)
    seconds = max(1, int((until - clock.now()).total_seconds()))
    text = wording.throttled if outcome == attempts.THROTTLED else wording.locked
    return SignInResult(outcome, text(seconds, settings["site.phone"]), seconds)


def _failed(
    session: Session,
    candidate: Candidate,
    limits: Limits,
    standing: Standing,
    settings: Mapping[str, Any],
) -> SignInResult:
    locks = 0 < limits.failures_before_lock <= standing.failures + 1
    outcome = attempts.LOCKED if locks else attempts.FAILED
    attempts.record_attempt(session, candidate.attempt, outcome)
    _audit(session, candidate, audit.FAILED, outcome)
    log.warning("sign-in", outcome=outcome, account_id=candidate.attempt.account_id)
    if attempts.read_throttle(session, limits, candidate.attempt.address):
        _audit_throttle(session, candidate, limits)
    if locks:
        _audit_lock(session, candidate, limits)
        seconds = int(limits.lock.total_seconds())
        return SignInResult(outcome, wording.locked(seconds, settings["site.phone"]), seconds)
    return SignInResult(outcome, wording.failed(limits))


def _reason_to_refuse(session: Session, host: PluginHost, account: AccountRow, address: str) -> str:
    if account.status != "active" or account.person_status != "active":
        return wording.SWITCHED_OFF
    reason = host.decide(
        "tongban_check_sign_in",
        denial=wording.CHECK_BROKEN,
        session=session,
        person_id=account.person_id,
        address=address,
    )
    return str(reason or "")


def _refused(session: Session, candidate: Candidate, reason: str) -> SignInResult:
    attempts.record_attempt(session, candidate.attempt, attempts.REFUSED)
    _audit(session, candidate, audit.REFUSED, attempts.REFUSED)
    log.warning("sign-in", outcome=attempts.REFUSED, account_id=candidate.attempt.account_id)
    return SignInResult(attempts.REFUSED, reason)


def _store_new_hash(session: Session, account: AccountRow, new_hash: str | None) -> None:
    if new_hash is not None:
        session.execute(
            update(Account).where(Account.id == account.id).values(password_hash=new_hash)
        )


def _done(
    session: Session,
    settings: Mapping[str, Any],
    host: PluginHost,
    account: AccountRow,
    attempt: Attempt,
    *,
    keep: bool,
    replaces: str,
) -> SignInResult:
    if replaces:
        tell_ended(session, host, end_session_of(session, replaces), actor=None, why="replaced")
    token, signed_in = open_session(
        session,
        account.id,
        attempt.address,
        attempt.user_agent,
        keep,
        limits=SessionLimits.of(settings),
    )
    attempts.record_attempt(session, attempt, attempts.DONE)
    audit.record(
        session,
        "account.sign_in",
        actor=_actor(account),
        object_type="account",
        object_id=account.id,
        object_name=account.username,
        detail={"session": signed_in.public_id, "kept": keep},
    )
    host.emit("tongban_signed_in", session, person_id=account.person_id, address=attempt.address)
    log.info("sign-in", outcome=attempts.DONE, account_id=account.id)
    return SignInResult(attempts.DONE, token=token, signed_in=signed_in)


def _actor(account: AccountRow) -> audit.Actor:
    return audit.Actor(account.person_id, account.number, account.name)


def _audit(session: Session, candidate: Candidate, outcome: str, reason: str) -> None:
    """Record an attempt that did not succeed; nobody is its actor, for nobody proved who it was."""
    account = candidate.account
    audit.record(
        session,
        "account.sign_in",
        object_type="account",
        object_id=account.id if account is not None else "",
        object_name=account.username if account is not None else "",
        outcome=outcome,
        detail={"reason": reason, "known": account is not None},
    )


def _audit_lock(session: Session, candidate: Candidate, limits: Limits) -> None:
    account = candidate.account
    audit.record(
        session,
        "account.lock",
        object_type="account",
        object_id=account.id if account is not None else "",
        object_name=account.username if account is not None else "",
        detail={
            "minutes": int(limits.lock.total_seconds() // 60),
            "failures": limits.failures_before_lock,
            "known": account is not None,
        },
    )


def _audit_throttle(session: Session, candidate: Candidate, limits: Limits) -> None:
    audit.record(
        session,
        "account.throttle",
        object_type="address",
        object_id=candidate.attempt.address,
        detail={
            "minutes": int(limits.address_window.total_seconds() // 60),
            "failures": limits.address_failures,
        },
    )
