"""The one source of time: aware UTC, which tests may move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_offset = timedelta(0)
_frozen: datetime | None = None
_zone = ZoneInfo("Asia/Shanghai")


def use_zone(name: str) -> None:
    """Count days in this time zone, the campus's (`site.timezone`)."""
    global _zone
    _zone = ZoneInfo(name)


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC) + _offset


def zone() -> ZoneInfo:
    """Return the campus's time zone."""
    return _zone


def today() -> date:
    """Return today's date on campus."""
    return now().astimezone(_zone).date()


def day_begins(day: date) -> datetime:
    """Return the moment, aware UTC, at which a day begins on campus."""
    return datetime.combine(day, time.min, _zone).astimezone(UTC)


@contextmanager
def travel(*, to: datetime | None = None, by: timedelta | None = None) -> Iterator[None]:
    """Stand still at `to`, or shift the running clock `by` an interval, for the block."""
    global _offset, _frozen
    before = (_offset, _frozen)
    if to is not None:
        _frozen = to.astimezone(UTC)
    if by is not None and _frozen is not None:
        _frozen += by
    elif by is not None:
        _offset += by
    try:
        yield
    finally:
        _offset, _frozen = before
