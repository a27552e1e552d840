"""Handing deliveries to a channel, a chunk at a time, so that no crash loses or hides one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.jobs.registry import JobContext
from tongban.notifications.channels import Channel, Parcel, Recipient, Result, channels_of
from tongban.notifications.models import Delivery, Notification
from tongban.notifications.services import enqueue_delivery
from tongban.users.models import Person

log = structlog.get_logger("tongban.notifications")

MAX_ATTEMPTS = 5
_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_ANSWER = 300

# Written into the statement: a bound value would not match the partial index on SQLite.
_OPEN = Delivery.state.in_([literal_column("'waiting'"), literal_column("'sending'")])


class ChannelOff(Exception):
    """The channel is switched off or its plugin is not loaded; the job is tried again later."""


@dataclass(frozen=True)
class _Task:
    notification_id: int
    channel: Channel
    began: datetime

    def rows(self) -> ColumnElement[bool]:
        """Condition: open deliveries of this notification on this channel."""
        return (
            (Delivery.notification_id == self.notification_id)
            & (Delivery.channel == self.channel.id)
            & _OPEN
        )


def deliver(context: JobContext) -> None:
    """Send what is due of a notification on a channel; put off the rest to a later job.

    Raises ChannelOff.
    """
    notification_id = int(context.payload["notification_id"])
    channel = _channel(context, str(context.payload["channel"]))
    task = _Task(notification_id, channel, clock.now())
    last = 0
    while True:
        with context.unit_of_work() as session:
            parcel = _begin_chunk(session, context, task, last)
        if parcel is None:
            break
        answers = _send(task.channel, parcel)
        with context.unit_of_work() as session:
            _store_answers(session, answers)
        last = parcel.recipients[-1].delivery_id
    with context.unit_of_work() as session:
        _continue_later(session, task)


def _channel(context: JobContext, channel_id: str) -> Channel:
    with context.unit_of_work(writes=False) as session:
        channel = channels_of(session).find(channel_id)
    if channel is None:
        raise ChannelOff(f"channel {channel_id} is switched off")
    return channel


def _begin_chunk(session: Session, context: JobContext, task: _Task, last: int) -> Parcel | None:
    """Mark the next chunk as `sending` and return it; None at the end.

    A row found in `sending` was left by a process that died: its outcome is unknown, send again.
    """
    rows = session.execute(_chunk(task, last)).all()
    if not rows:
        return None
    ids = [row.id for row in rows]
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(state="sending", attempts=Delivery.attempts + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    told = session.execute(
        select(
            Notification.kind,
            Notification.title,
            Notification.text,
            Notification.link,
            Notification.importance,
        ).where(Notification.id == task.notification_id)
    ).one()
    return Parcel(
        task.notification_id,
        *told,
        recipients=[_recipient(row, task.channel) for row in rows],
        settings=context.settings,
        unit_of_work=context.unit_of_work,
    )


def _chunk(task: _Task, last: int) -> Any:
    columns = [Delivery.id, Person.id.label("person_id"), Person.number, Person.name, Person.email]
    if task.channel.needs_phone:
        columns.append(Person.phone)
    due = or_(Delivery.not_before.is_(None), Delivery.not_before <= task.began)
    return (
        select(*columns)
        .join(Person, Person.id == Delivery.person_id)
        .where(task.rows(), Delivery.id > last, due)
        .order_by(Delivery.id)
        .limit(task.channel.chunk)
    )


def _recipient(row: Row[Any], channel: Channel) -> Recipient:
    return Recipient(
        row.id,
        row.person_id,
        row.number,
        row.name,
        row.email,
        row.phone if channel.needs_phone else None,
    )


def _send(channel: Channel, parcel: Parcel) -> Mapping[int, Result]:
    ids = [recipient.delivery_id for recipient in parcel.recipients]
    try:
        answer = channel.send(parcel)
    except Exception as error:
        log.error("channel failed", channel=channel.id, number=len(ids), exc_info=error)
        answer = Result("failed", f"{type(error).__name__}: {error}")
    if isinstance(answer, Result):
        return dict.fromkeys(ids, answer)
    silent = Result("failed", "no answer from the channel")
    return {delivery_id: answer.get(delivery_id, silent) for delivery_id in ids}


def _store_answers(session: Session, answers: Mapping[int, Result]) -> None:
    by_result: dict[Result, list[int]] = {}
    for delivery_id, result in answers.items():
        by_result.setdefault(result, []).append(delivery_id)
    for result, ids in by_result.items():
        if result.state == "failed":
            _store_failures(session, ids, result)
        else:
            state = "sent" if result.state == "sent" else "failed"
            _set(session, Delivery.id.in_(ids), result, state=state, not_before=None)


def _store_failures(session: Session, ids: Sequence[int], result: Result) -> None:
    """Let each wait for its next attempt; the last attempt's failure is final."""
    these = Delivery.id.in_(ids)
    _set(session, these & (Delivery.attempts >= MAX_ATTEMPTS), result, state="failed")
    for attempt in range(1, MAX_ATTEMPTS):
        later = clock.now() + _FIRST_DELAY * 4 ** (attempt - 1)
        _set(
            session,
            these & (Delivery.attempts == attempt) & (Delivery.state == "sending"),
            result,
            state="waiting",
            not_before=later,
        )


def _set(session: Session, which: ColumnElement[bool], result: Result, **values: Any) -> None:
    session.execute(
        update(Delivery)
        .where(which)
        .values(answer=result.answer[:_LONGEST_ANSWER], updated_at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )


def _continue_later(session: Session, task: _Task) -> None:
    """Enqueue a job for what waits: quiet hours, failures to be tried again."""
    next_at = session.scalar(select(func.min(Delivery.not_before)).where(task.rows()))
    if next_at is not None:
        enqueue_delivery(session, task.notification_id, task.channel.id, run_at=next_at)
