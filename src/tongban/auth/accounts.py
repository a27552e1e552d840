"""Accounts as operators see them: finding, passwords, locks, switching off and on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import services as audit
from tongban.auth import attempts, passwords
from tongban.auth.attempts import Attempt
from tongban.auth.ending import end_all
from tongban.auth.models import Account
from tongban.auth.passwords import HashParameters
from tongban.orgs.models import OrgUnit
from tongban.users.models import Person

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer
    from tongban.pluginhost.host import PluginHost

STATUSES = ("inactive", "active", "disabled")


class AccountFacts(NamedTuple):
    """An account with whose it is."""

    id: int
    username: str
    status: str
    has_password: bool
    password_changed_at: datetime | None
    activated_at: datetime | None
    person_id: int
    name: str
    kind: str
    person_status: str
    unit_name: str


_FACTS = (
    select(
        Account.id,
        Account.username,
        Account.status,
        Account.password_hash.is_not(None),
        Account.password_changed_at,
        Account.activated_at,
        Person.id,
        Person.name,
        Person.kind,
        Person.status,
        OrgUnit.name,
    )
    .join(Person, Person.id == Account.person_id)
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
)


def find_account(session: Session, username: str) -> AccountFacts | None:
    """Return an account by 学号 or 工号, or None."""
    row = session.execute(_FACTS.where(Account.username == username)).one_or_none()
    return None if row is None else AccountFacts._make(row)


def list_accounts(
    session: Session,
    *,
    status: str = "",
    text: str = "",
    after: str = "",
    only: Sequence[int] | None = None,
    limit: int = 50,
) -> list[AccountFacts]:
    """Return accounts in the order of their names, those after `after`.

    `text` is the beginning of a username or of a person's name; `only` are ids of accounts.
    """
    statement = _FACTS.where(Account.username > after)
    if status:
        statement = statement.where(Account.status == status)
    if text:
        statement = statement.where(
            Account.username.startswith(text, autoescape=True)
            | Person.name.startswith(text, autoescape=True)
        )
    if only is not None:
        statement = statement.where(Account.id.in_(only))
    rows = session.execute(statement.order_by(Account.username).limit(limit))
    return [AccountFacts._make(row) for row in rows]


def set_password(
    session: Session,
    settings: Mapping[str, Any],
    host: PluginHost,
    account: AccountFacts,
    password: str,
    *,
    actor: Viewer | None = None,
) -> int:
    """Give an account a new password, activate it, end its sessions; return how many there were.

    A disabled account stays disabled. Raises FieldRefused for a password against the rules.
    """
    fewest = settings["auth.password_min_length"]
    passwords.check_new_password(password, fewest=fewest, number=account.username)
    now = clock.now()
    activates = account.status == "inactive"
    session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(
            password_hash=passwords.hash_password(password, HashParameters.of(settings)),
            password_changed_at=now,
            **({"status": "active", "activated_at": now} if activates else {}),
        )
    )
    _record(session, "account.set_password", account, actor, {"activated": activates})
    return end_all(session, host, account.id, actor=actor, why="password")


def unlock(session: Session, account: AccountFacts, *, actor: Viewer | None = None) -> None:
    """Take away an account's lock and forget its failures."""
    attempt = Attempt(account.username, account.id, address="", user_agent="")
    attempts.record_attempt(session, attempt, attempts.UNLOCKED)
    _record(session, "account.unlock", account, actor)


def disable(
    session: Session, host: PluginHost, account: AccountFacts, *, actor: Viewer | None = None
) -> int:
    """Switch an account off and end its sessions; return how many there were."""
    _set_status(session, account, "disabled")
    _record(session, "account.disable", account, actor)
    return end_all(session, host, account.id, actor=actor, why="disabled")


def enable(session: Session, account: AccountFacts, *, actor: Viewer | None = None) -> str:
    """Switch a disabled account on again and return its status.

    `active` if it has a password, else `inactive`: it must be activated first.
    """
    status = "active" if account.has_password else "inactive"
    _set_status(session, account, status)
    _record(session, "account.enable", account, actor, {"status": status})
    return status


def _set_status(session: Session, account: AccountFacts, status: str) -> None:
    session.execute(update(Account).where(Account.id == account.id).values(status=status))


def _record(
    session: Session,
    action: str,
    account: AccountFacts,
    actor: Viewer | None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        object_type="account",
        object_id=account.id,
        object_name=f"{account.name}（{account.username}）",
        detail=detail,
    )
