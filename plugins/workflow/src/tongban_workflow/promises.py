"""The promised time 办理时限 of a service, in working days."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tongban.toolkit import clock

# Offices close at 18:00; weekends do not count. Public holidays are not known here, so a promise
# that spans one ends early, never late.
CLOSING = time(18, 0)
_SATURDAY = 5


def due_after(start: datetime, working_days: int) -> datetime | None:
    """Return when a case sent in at `start` is due; None where nothing is promised."""
    if working_days <= 0:
        return None
    day = start.astimezone(clock.zone()).date()
    left = working_days
    while left:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            left -= 1
    return datetime.combine(day, CLOSING, clock.zone()).astimezone(UTC)


def working_days_between(start: datetime, end: datetime) -> float:
    """Return how long something took in working days of 24 hours, weekends left out."""
    zone = clock.zone()
    first, last = start.astimezone(zone), end.astimezone(zone)
    weekend = timedelta()
    day = first.date()
    while day <= last.date():
        if day.weekday() >= _SATURDAY:
            begins = max(first, datetime.combine(day, time.min, zone))
            ends = min(last, datetime.combine(day + timedelta(days=1), time.min, zone))
            weekend += max(ends - begins, timedelta())
        day += timedelta(days=1)
    return max((last - first - weekend) / timedelta(days=1), 0.0)
