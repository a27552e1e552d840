"""Who holds a post 任职, from a day to a day; ended ones are the history."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.orgs.noting import note
from tongban.orgs.positions import find_position
from tongban.permissions.beyond import position_beyond_reach
from tongban.permissions.registry import PermissionRegistry
from tongban.permissions.requiring import refuse_beyond, require
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.users.models import Person
from tongban.web.refusals import Conflict, FieldRefused, NotFoundHere

EDIT = "orgs.edit"


class AppointmentRow(NamedTuple):
    """A post somebody holds or held; `ends_on` None is current."""

    id: int
    unit_id: int
    unit_name: str
    unit_path: str
    position_id: int
    position_name: str
    rank: str
    is_main: bool
    starts_on: date
    ends_on: date | None


_HISTORY = (
    select(
        Appointment.id,
        OrgUnit.id,
        OrgUnit.name,
        OrgUnit.path,
        Position.id,
        Position.name,
        Appointment.rank,
        Appointment.is_main,
        Appointment.starts_on,
        Appointment.ends_on,
    )
    .join(Position, Position.id == Appointment.position_id)
    .join(OrgUnit, OrgUnit.id == Appointment.unit_id)
    .where(Appointment.person_id == bindparam("person_id"))
    .order_by(
        Appointment.ends_on.is_not(None), Appointment.is_main.desc(), Appointment.starts_on.desc()
    )
)


class HeldPost(NamedTuple):
    """A current appointment."""

    id: int
    person_id: int
    person_name: str
    position_id: int
    position_name: str
    unit_id: int
    unit_path: str
    starts_on: date


_CURRENT = (
    select(
        Appointment.id,
        Person.id,
        Person.name,
        Position.id,
        Position.name,
        OrgUnit.id,
        OrgUnit.path,
        Appointment.starts_on,
    )
    .join(Position, Position.id == Appointment.position_id)
    .join(OrgUnit, OrgUnit.id == Appointment.unit_id)
    .join(Person, Person.id == Appointment.person_id)
    .where(Appointment.id == bindparam("appointment_id"), Appointment.ends_on.is_(None))
)


def find_appointment(session: Session, appointment_id: int) -> HeldPost:
    """Return a current appointment. Raises NotFoundHere."""
    row = session.execute(_CURRENT, {"appointment_id": appointment_id}).one_or_none()
    if row is None:
        raise NotFoundHere("该任职不存在或已结束。")
    return HeldPost._make(row)


def appointments_of(session: Session, person_id: int) -> list[AppointmentRow]:
    """Return a person's appointments, current ones first, then the history."""
    rows = session.execute(_HISTORY, {"person_id": person_id})
    return [AppointmentRow._make(row) for row in rows]


def appoint(
    session: Session,
    registry: PermissionRegistry,
    actor: Viewer | None,
    person_id: int,
    position_id: int,
    *,
    starts_on: date | None = None,
    is_main: bool = True,
) -> int:
    """Give a person a post from a day on (today unless said); return the appointment's id.

    A post may carry roles, so the actor must have what it gives. Raises Forbidden, NotFoundHere,
    Conflict when the person holds it already, FieldRefused for a day in the future.
    """
    position, unit_path = find_position(session, position_id)
    require(actor, EDIT, unit_path)
    if actor is not None:
        lacking = position_beyond_reach(session, registry, actor, position_id)
        refuse_beyond(lacking, f"岗位「{position.name}」")
    name = _active_person(session, person_id)
    day = starts_on or clock.today()
    if day > clock.today():
        raise FieldRefused("starts_on", "任职日期不能晚于今天")
    if _holds(session, person_id, position_id):
        raise Conflict(f"{name}已担任「{position.name}」。", title="任职重复")
    if is_main:
        session.execute(
            update(Appointment)
            .where(Appointment.person_id == person_id, Appointment.ends_on.is_(None))
            .values(is_main=False)
        )
    row = Appointment(
        person_id=person_id,
        unit_id=position.unit_id,
        position_id=position_id,
        rank=position.rank,
        is_main=is_main,
        starts_on=day,
    )
    session.add(row)
    session.flush()
    advance(session, PERMISSIONS)
    detail = {"person_id": person_id, "position_id": position_id, "starts_on": day.isoformat()}
    title = f"{name} · {position.name}"
    note(session, actor, "appointment.begin", row.id, title, position.unit_id, detail)
    return row.id


def end_appointment(
    session: Session,
    registry: PermissionRegistry,
    actor: Viewer | None,
    appointment_id: int,
    *,
    ends_on: date | None = None,
) -> None:
    """End a current appointment on a day, today unless said; it stays as history.

    Raises Forbidden, NotFoundHere, FieldRefused for a day before its begin or after today.
    """
    held = find_appointment(session, appointment_id)
    require(actor, EDIT, held.unit_path)
    if actor is not None:
        lacking = position_beyond_reach(session, registry, actor, held.position_id)
        refuse_beyond(lacking, f"岗位「{held.position_name}」")
    day = ends_on or clock.today()
    if not held.starts_on <= day <= clock.today():
        raise FieldRefused("ends_on", "免职日期须在任职日期与今天之间")
    session.execute(update(Appointment).where(Appointment.id == appointment_id).values(ends_on=day))
    advance(session, PERMISSIONS)
    title = f"{held.person_name} · {held.position_name}"
    detail = {"ends_on": day.isoformat()}
    note(session, actor, "appointment.end", appointment_id, title, held.unit_id, detail)


def end_all_appointments(session: Session, person_id: int, day: date) -> int:
    """End every current appointment of a person who leaves; return how many there were."""
    result = session.execute(
        update(Appointment)
        .where(Appointment.person_id == person_id, Appointment.ends_on.is_(None))
        .values(ends_on=case((Appointment.starts_on > day, Appointment.starts_on), else_=day))
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # a CursorResult


def _active_person(session: Session, person_id: int) -> str:
    name = session.scalar(
        select(Person.name).where(Person.id == person_id, Person.status == "active")
    )
    if name is None:
        raise NotFoundHere("没有找到该人员，或人员已离校。")
    return name


def _holds(session: Session, person_id: int, position_id: int) -> bool:
    return bool(
        session.scalar(
            select(func.count()).where(
                Appointment.person_id == person_id,
                Appointment.position_id == position_id,
                Appointment.ends_on.is_(None),
            )
        )
    )
