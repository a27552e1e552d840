"""Visits of items: 最近访问 by time and 热门服务 by use (manual §3.2(6), (8)).

A visit is noted while the page is read and stored shortly afterwards, for a GET does not write.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tongban.toolkit import WriteBehind, clock
from tongban_hall.models import ItemVisit, ServiceItem

MOST_RECENT = 12
_HOT_SECONDS = 30.0
_BUFFER = "hall.visits"
_HOT = "hall.hot"


class Visit(NamedTuple):
    """One opening of an item by a person."""

    person_id: int
    item_id: int
    at: datetime


_RECENT = (
    select(ItemVisit.item_id)
    .where(ItemVisit.person_id == bindparam("person_id"))
    .order_by(ItemVisit.last_at.desc(), ItemVisit.item_id)
    .limit(MOST_RECENT * 2)
)
_HOTTEST = (
    select(ServiceItem.id)
    .where(ServiceItem.status == "listed")
    .order_by(ServiceItem.visits.desc(), ServiceItem.id)
    .limit(100)
)


def buffer_of(runtime: Any) -> WriteBehind[Visit]:
    """Return the process's buffer of visits."""
    buffer: WriteBehind[Visit] | None = runtime.extra.get(_BUFFER)
    if buffer is None:
        buffer = runtime.extra[_BUFFER] = WriteBehind(lambda: runtime.sessions, store)
    return buffer


def note_visit(runtime: Any, person_id: int, item_id: int) -> None:
    """Note that a person opened an item."""
    buffer_of(runtime).note(Visit(person_id, item_id, clock.now()))


def recent_ids(runtime: Any, session: Session, person_id: int) -> list[int]:
    """Return the ids of the items a person opened last, the latest first."""
    waiting = [
        visit.item_id
        for visit in reversed(buffer_of(runtime).waiting())
        if visit.person_id == person_id
    ]
    stored = session.scalars(_RECENT, {"person_id": person_id})
    return list(dict.fromkeys([*waiting, *stored]))[:MOST_RECENT]


def hot_ids(runtime: Any, session: Session) -> Sequence[int]:
    """Return the ids of the items most used, read at most every half minute."""
    kept = runtime.extra.get(_HOT)
    if kept is None or time.monotonic() > kept[0]:
        kept = (time.monotonic() + _HOT_SECONDS, tuple(session.scalars(_HOTTEST)))
        runtime.extra[_HOT] = kept
    ids: Sequence[int] = kept[1]
    return ids


def store(session: Session, visits: list[Visit]) -> None:
    """Store visits: the last time of each person and item, and the total of each item."""
    for (person_id, item_id), times in Counter((v.person_id, v.item_id) for v in visits).items():
        last = max(v.at for v in visits if (v.person_id, v.item_id) == (person_id, item_id))
        _store_one(session, person_id, item_id, times, last)
    for item_id, times in Counter(visit.item_id for visit in visits).items():
        session.execute(
            update(ServiceItem)
            .where(ServiceItem.id == item_id)
            .values(visits=ServiceItem.visits + times)
        )


def _store_one(session: Session, person_id: int, item_id: int, times: int, at: datetime) -> None:
    row = session.get(ItemVisit, (person_id, item_id))
    if row is None:
        session.add(ItemVisit(person_id=person_id, item_id=item_id, last_at=at, times=times))
    else:
        row.last_at, row.times = at, row.times + times
    session.flush()
