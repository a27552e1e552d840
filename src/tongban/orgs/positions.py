"""Posts 岗位 of a unit."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from tongban.orgs.models import RANKS, Appointment, OrgUnit, Position
from tongban.orgs.noting import note
from tongban.orgs.tree import find_unit
from tongban.permissions.models import Grant
from tongban.permissions.requiring import require
from tongban.permissions.viewer import Viewer
from tongban.users.models import Person
from tongban.web.refusals import FieldRefused, NotFoundHere, Refusal

EDIT = "orgs.edit"
RANK_TITLES = {"head": "负责人", "deputy": "副职", "member": "成员"}
_LONGEST_NAME = 60
_STEP = 10


class PositionRow(NamedTuple):
    """A post of a unit and one person who holds it now (None: vacant)."""

    id: int
    name: str
    rank: str
    appointment_id: int | None
    person_id: int | None
    person_name: str | None
    person_number: str | None
    is_main: bool | None
    starts_on: date | None


_POSITIONS = (
    select(
        Position.id,
        Position.name,
        Position.rank,
        Appointment.id,
        Person.id,
        Person.name,
        Person.number,
        Appointment.is_main,
        Appointment.starts_on,
    )
    .outerjoin(
        Appointment, and_(Appointment.position_id == Position.id, Appointment.ends_on.is_(None))
    )
    .outerjoin(Person, Person.id == Appointment.person_id)
    .where(Position.unit_id == bindparam("unit_id"))
    .order_by(Position.sort, Position.id, Appointment.id)
)


def list_positions(session: Session, unit_id: int) -> list[PositionRow]:
    """Return a unit's posts with their holders; a post with two holders has two rows."""
    rows = session.execute(_POSITIONS, {"unit_id": unit_id})
    return [PositionRow._make(row) for row in rows]


def add_position(
    session: Session, actor: Viewer | None, unit_id: int, name: str, rank: str = "member"
) -> int:
    """Add a post as the last of a unit; return its id. Raises Forbidden, FieldRefused."""
    unit = find_unit(session, unit_id)
    require(actor, EDIT, unit.path)
    _check(session, unit_id, name, rank, None)
    last = session.scalar(select(func.max(Position.sort)).where(Position.unit_id == unit_id))
    position = Position(unit_id=unit_id, name=name, rank=rank, sort=(last or 0) + _STEP)
    session.add(position)
    session.flush()
    note(session, actor, "position.add", position.id, name, unit_id, {"rank": rank})
    return position.id


def edit_position(
    session: Session, actor: Viewer | None, position_id: int, name: str, rank: str
) -> None:
    """Rename a post or change its rank, for those who hold it too."""
    position, unit_path = find_position(session, position_id)
    require(actor, EDIT, unit_path)
    _check(session, position.unit_id, name, rank, position_id)
    session.execute(update(Position).where(Position.id == position_id).values(name=name, rank=rank))
    session.execute(
        update(Appointment)
        .where(Appointment.position_id == position_id, Appointment.ends_on.is_(None))
        .values(rank=rank)
    )
    detail = {"name": [position.name, name], "rank": [position.rank, rank]}
    note(session, actor, "position.edit", position_id, name, position.unit_id, detail)


def remove_position(session: Session, actor: Viewer | None, position_id: int) -> None:
    """Remove a post that nobody ever held and that no role was given to. Raises Refusal."""
    position, unit_path = find_position(session, position_id)
    require(actor, EDIT, unit_path)
    held = session.scalar(select(func.count()).where(Appointment.position_id == position_id))
    granted = session.scalar(select(func.count()).where(Grant.position_id == position_id))
    if held or granted:
        raise Refusal("该岗位已有任职记录或授权，不能删除；可以改名或免去现任人员。")
    session.execute(delete(Position).where(Position.id == position_id))
    note(session, actor, "position.remove", position_id, position.name, position.unit_id, {})


def find_position(session: Session, position_id: int) -> tuple[Position, str]:
    """Return a post and its unit's path. Raises NotFoundHere."""
    row = session.execute(
        select(Position, OrgUnit.path)
        .join(OrgUnit, OrgUnit.id == Position.unit_id)
        .where(Position.id == position_id)
    ).one_or_none()
    if row is None:
        raise NotFoundHere("该岗位不存在或已被删除。")
    return row[0], row[1]


def _check(session: Session, unit_id: int, name: str, rank: str, position_id: int | None) -> None:
    if not name or len(name) > _LONGEST_NAME:
        raise FieldRefused("name", "请填写岗位名称，不超过 60 字")
    if rank not in RANKS:
        raise FieldRefused("rank", "请选择岗位级别")
    same = session.scalar(
        select(Position.id).where(Position.unit_id == unit_id, Position.name == name)
    )
    if same is not None and same != position_id:
        raise FieldRefused("name", f"本部门已有岗位「{name}」")
