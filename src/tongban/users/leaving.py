"""People who leave, and who come back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.ending import end_all
from tongban.auth.models import Account
from tongban.orgs.appointments import end_all_appointments
from tongban.permissions.beyond import in_force
from tongban.permissions.models import Grant, Role
from tongban.permissions.registry import OPERATOR, PermissionRegistry
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.pluginhost.host import PluginHost
from tongban.users.models import Person
from tongban.users.people import editable_person, note_person
from tongban.web.refusals import Refusal


def mark_left(
    session: Session,
    registry: PermissionRegistry,
    host: PluginHost,
    actor: Viewer | None,
    person_id: int,
    *,
    left_on: date | None = None,
) -> None:
    """Say that a person left: account disabled, sessions and appointments ended, grants revoked.

    Raises Forbidden, NotFoundHere, Refusal for oneself and for the last operator.
    """
    person = editable_person(session, registry, actor, person_id)
    if actor is not None and actor.person_id == person_id:
        raise Refusal("不能将自己标记为离校。")
    if person.status == "left":
        return
    _keep_one_operator(session, person_id)
    day = left_on or clock.today()
    person.status, person.left_on, person.updated_at = "left", day, clock.now()
    session.flush()
    _switch_account_off(session, host, actor, person_id)
    end_all_appointments(session, person_id, clock.today())
    session.execute(
        update(Grant)
        .where(Grant.person_id == person_id, Grant.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    advance(session, PERMISSIONS)
    note_person(session, actor, "person.left", person, {"left_on": day.isoformat()})
    host.emit("tongban_person_changed", session, person_id=person_id, change="left")


def readmit(
    session: Session,
    registry: PermissionRegistry,
    host: PluginHost,
    actor: Viewer | None,
    person_id: int,
) -> None:
    """Take back that a person left; the account must be activated again, grants stay revoked."""
    person = editable_person(session, registry, actor, person_id)
    if person.status == "active":
        return
    person.status, person.left_on, person.updated_at = "active", None, clock.now()
    session.flush()
    session.execute(
        update(Account)
        .where(Account.person_id == person_id)
        .values(status="inactive", password_hash=None, activated_at=None)
    )
    note_person(session, actor, "person.readmit", person, {})
    host.emit("tongban_person_changed", session, person_id=person_id, change="updated")


def _switch_account_off(
    session: Session, host: PluginHost, actor: Viewer | None, person_id: int
) -> None:
    account_id = session.scalar(select(Account.id).where(Account.person_id == person_id))
    if account_id is None:
        return
    session.execute(update(Account).where(Account.id == account_id).values(status="disabled"))
    end_all(session, host, account_id, actor=actor, why="left")


def _keep_one_operator(session: Session, person_id: int) -> None:
    holders = set(
        session.scalars(
            select(Grant.person_id)
            .join(Role, Role.id == Grant.role_id)
            .join(Person, Person.id == Grant.person_id)
            .where(in_force(), Role.key == OPERATOR, Person.status == "active")
        )
    )
    if holders == {person_id}:
        raise Refusal("该人员是最后一位平台管理员，请先将平台管理员角色授予另一人。")
