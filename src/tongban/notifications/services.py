"""notify(): the one way to tell people something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db.upserts import insert_or_skip
from tongban.jobs.services import enqueue
from tongban.notifications.channels import Channel, channels_of
from tongban.notifications.models import Delivery, Notification, Preference, QuietHours
from tongban.users.models import Person

Importance = Literal["normal", "important"]
People = Sequence[int] | Select[Any]

DELIVER = "notifications.deliver"

_IDS_A_STATEMENT = 500
_DAY_MINUTES = 24 * 60


def notify(
    session: Session,
    *,
    kind: str,
    people: People,
    title: str,
    text: str = "",
    link: str = "",
    importance: Importance = "normal",
    dedup_key: str | None = None,
) -> int | None:
    """Tell people something, in the caller's transaction, and return the notification's id.

    `kind` is one of `tongban_notification_kinds`; `people` are ids or a select of ids; who left is
    left out. One delivery is written for each person and channel that is on and wanted; one of
    normal importance waits for the end of the person's quiet hours. `title` (≤ 120), `text`
    (≤ 500), `link` (≤ 300) are cut. With a `dedup_key` told before nothing happens: None.
    """
    notification_id = _store(session, kind, title, text, link, importance, dedup_key)
    if notification_id is None:
        return None
    for channel in channels_of(session).enabled():
        number = 0
        for some in _portions(people):
            number += _write_deliveries(session, notification_id, kind, channel, some)
        if not number:
            continue
        if channel.disturbs and importance != "important":
            _respect_quiet_hours(session, notification_id, channel)
        enqueue_delivery(session, notification_id, channel.id)
    return notification_id


def enqueue_delivery(
    session: Session, notification_id: int, channel_id: str, run_at: datetime | None = None
) -> None:
    """Enqueue the job that hands a notification's open deliveries to a channel."""
    payload = {"notification_id": notification_id, "channel": channel_id}
    enqueue(session, DELIVER, payload, run_at=run_at)


def _store(
    session: Session,
    kind: str,
    title: str,
    text: str,
    link: str,
    importance: str,
    dedup_key: str | None,
) -> int | None:
    if importance not in ("normal", "important"):
        raise ValueError(f"importance {importance!r} is neither normal nor important")
    values = {
        "kind": kind,
        "title": title[:120],
        "text": text[:500],
        "link": link[:300],
        "importance": importance,
        "dedup_key": dedup_key,
        "created_at": clock.now(),
    }
    if dedup_key is not None:
        told: int | None = insert_or_skip(session, Notification, values, ("dedup_key",), "id")
        return told
    statement = insert(Notification).values(**values).returning(Notification.id)
    return session.execute(statement).scalar_one()


def _portions(people: People) -> Iterator[ColumnElement[bool]]:
    """Yield conditions on the person's id that together name everybody once."""
    if isinstance(people, Select):
        yield Person.id.in_(people)
        return
    ids = sorted(set(people))
    for start in range(0, len(ids), _IDS_A_STATEMENT):
        yield Person.id.in_(ids[start : start + _IDS_A_STATEMENT])


def _write_deliveries(
    session: Session,
    notification_id: int,
    kind: str,
    channel: Channel,
    people: ColumnElement[bool],
) -> int:
    wanted = func.coalesce(Preference.wanted, literal(channel.default_on))
    choice = and_(
        Preference.person_id == Person.id,
        Preference.kind == kind,
        Preference.channel == channel.id,
    )
    rows = (
        select(
            literal(notification_id),
            Person.id,
            literal(channel.id),
            literal("waiting"),
            literal(0),
            literal(""),
            literal(clock.now(), Delivery.updated_at.type),
        )
        .outerjoin(Preference, choice)
        .where(people, Person.status == "active", wanted.is_(True))
        .order_by(Person.id)
    )
    columns = [
        "notification_id",
        "person_id",
        "channel",
        "state",
        "attempts",
        "answer",
        "updated_at",
    ]
    written = session.execute(insert(Delivery).from_select(columns, rows, include_defaults=False))
    return int(written.rowcount)  # type: ignore[attr-defined]  # CursorResult, typed as Result


def _respect_quiet_hours(session: Session, notification_id: int, channel: Channel) -> None:
    """Put deliveries off for those who are not to be disturbed now."""
    zone = ZoneInfo(channels_of(session).timezone)
    now = clock.now()
    there = now.astimezone(zone)
    minute = there.hour * 60 + there.minute
    quiet = _quiet_at(minute)
    ends = session.scalars(select(QuietHours.to_minute).where(quiet).distinct()).all()
    for end in ends:
        until = now + timedelta(minutes=(end - minute) % _DAY_MINUTES)
        until = until.replace(second=0, microsecond=0)
        people = select(QuietHours.person_id).where(quiet, QuietHours.to_minute == end)
        session.execute(
            update(Delivery)
            .where(
                Delivery.notification_id == notification_id,
                Delivery.channel == channel.id,
                Delivery.person_id.in_(people),
            )
            .values(not_before=until)
            .execution_options(synchronize_session=False)
        )


def _quiet_at(minute: int) -> ColumnElement[bool]:
    """Condition: a row of quiet hours covers this minute; hours may span midnight."""
    start, end = QuietHours.from_minute, QuietHours.to_minute
    within_a_day = and_(start < end, start <= minute, end > minute)
    over_midnight = and_(start > end, or_(start <= minute, end > minute))
    return or_(within_a_day, over_midnight)
