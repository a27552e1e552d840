"""Business systems entered from the hall 系统直通车 (manual §3.2(5))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban_hall.models import ConnectedSystem


class SystemCard(NamedTuple):
    """A system as the card shows it."""

    key: str
    name: str
    address: str
    icon: str
    tone: str
    pinyin: str
    initials: str


_COLUMNS = select(
    ConnectedSystem.key,
    ConnectedSystem.name,
    ConnectedSystem.address,
    ConnectedSystem.icon,
    ConnectedSystem.tone,
    ConnectedSystem.pinyin,
    ConnectedSystem.initials,
).where(ConnectedSystem.open.is_(True))
_FOR_STAFF = _COLUMNS.where(ConnectedSystem.for_staff.is_(True)).order_by(ConnectedSystem.sort)
_FOR_STUDENT = _COLUMNS.where(ConnectedSystem.for_student.is_(True)).order_by(ConnectedSystem.sort)


def systems_for(session: Session, kind: str) -> Sequence[SystemCard]:
    """Return the systems that people of a kind may enter, in their order."""
    statement = _FOR_STUDENT if kind == "student" else _FOR_STAFF
    return [SystemCard(*row) for row in session.execute(statement)]
