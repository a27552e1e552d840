"""MS-13, CH-4: who is told, on which channel, when; nothing is lost, nothing told twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.jobs.models import Job
from tongban.jobs.runner import run_pending
from tongban.notifications.channels import SENT, Channel, ChannelRegistry, Parcel, Result
from tongban.notifications.models import Delivery, Notification, Preference, QuietHours
from tongban.notifications.services import notify
from tongban.pluginhost.errors import PluginError
from tongban.testing.factories import Campus, MadePerson
from tongban.testing.statements import StatementCounter
from tongban.users.models import Person
from tongban.web.runtime import Runtime

Install = Callable[..., None]

# 22:30 on campus (Asia/Shanghai).
LATE = datetime(2024, 9, 14, 14, 30, tzinfo=UTC)


def tell(db: Session, *people: MadePerson, **more: Any) -> int | None:
    given = {"kind": "post.task", "title": "网络报修待处理", **more}
    told = notify(db, people=[person.id for person in people], **given)
    db.commit()
    return told


def states(db: Session, channel: str = "sms") -> dict[str, int]:
    rows = db.execute(
        select(Delivery.state, func.count())
        .where(Delivery.channel == channel)
        .group_by(Delivery.state)
    )
    return {row[0]: row[1] for row in rows}


def test_people_are_told_once_on_each_channel(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    one, two = campus.person("林知远", phone="13900002864"), campus.person()
    tell(db, one, two, one, text="A12 楼无网络", link="/cases/1")
    run_pending(runtime)
    assert sorted(post.people) == sorted([one.id, two.id])
    (parcel,) = post.parcels
    assert (parcel.title, parcel.text, parcel.link) == (
        "网络报修待处理",
        "A12 楼无网络",
        "/cases/1",
    )
    assert parcel.recipients[0].phone == "13900002864"
    assert states(db) == {"sent": 2}
    run_pending(runtime)
    assert len(post.parcels) == 1


def test_an_audience_may_be_a_select(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    office = campus.unit("信息化管理中心")
    inside = [campus.person(unit=office).id for _number in range(7)]
    campus.person()
    left = campus.person(unit=office, status="left")
    notify(
        db,
        kind="post.task",
        people=select(Person.id).where(Person.unit_id == office.id),
        title="停电通知",
    )
    db.commit()
    run_pending(runtime)
    assert sorted(post.people) == sorted(inside)
    assert left.id not in post.people
    assert [len(parcel.recipients) for parcel in post.parcels] == [3, 3, 1]


def test_telling_many_costs_no_more_statements_than_telling_one(
    db: Session, campus: Campus, sms: Channel, statements: StatementCounter
) -> None:
    people = [campus.person(account=False).id for _number in range(40)]
    with statements.counted() as one:
        notify(db, kind="post.task", people=people[:1], title="x")
    with statements.counted() as many:
        notify(db, kind="post.task", people=people, title="x")
    assert many.number == one.number


def test_a_repeated_event_tells_once(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    person = campus.person()
    assert tell(db, person, dedup_key="case:1:done") is not None
    assert tell(db, person, dedup_key="case:1:done") is None
    run_pending(runtime)
    assert post.people == [person.id]
    assert db.scalar(select(func.count()).select_from(Notification)) == 1


def test_preferences_count_before_the_channels_default(
    runtime: Runtime, db: Session, campus: Campus, install: Install, post: Any
) -> None:
    install(
        Channel("sms", "短信", post.send),
        Channel("mail", "邮件", post.send, default_on=False),
    )
    plain, quiet, keen = campus.person(), campus.person(), campus.person()
    db.add_all(
        [
            Preference(person_id=quiet.id, kind="post.task", channel="sms", wanted=False),
            Preference(person_id=keen.id, kind="post.task", channel="mail", wanted=True),
            Preference(person_id=plain.id, kind="post.done", channel="sms", wanted=False),
        ]
    )
    tell(db, plain, quiet, keen)
    told = db.execute(
        select(Delivery.person_id, Delivery.channel).where(Delivery.channel != "console")
    )
    assert {tuple(row) for row in told} == {
        (plain.id, "sms"),
        (keen.id, "sms"),
        (keen.id, "mail"),
    }


def test_quiet_hours_put_off_what_is_not_important(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    asleep, awake = campus.person(), campus.person()
    db.add(QuietHours(person_id=asleep.id, from_minute=22 * 60, to_minute=7 * 60))
    with clock.travel(to=LATE):
        tell(db, asleep, awake)
        run_pending(runtime)
        assert post.people == [awake.id]
    with clock.travel(to=LATE + timedelta(hours=8)):
        run_pending(runtime)
        assert post.people == [awake.id]
    with clock.travel(to=LATE + timedelta(hours=8, minutes=30)):
        run_pending(runtime)
        assert post.people == [awake.id, asleep.id]


def test_what_is_important_disturbs(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    asleep = campus.person()
    db.add(QuietHours(person_id=asleep.id, from_minute=22 * 60, to_minute=7 * 60))
    with clock.travel(to=LATE):
        tell(db, asleep, importance="important")
        run_pending(runtime)
    assert post.people == [asleep.id]


def test_a_channel_that_does_not_disturb_ignores_quiet_hours(
    runtime: Runtime, db: Session, campus: Campus, install: Install, post: Any
) -> None:
    install(Channel("inapp", "站内", post.send, disturbs=False))
    asleep = campus.person()
    db.add(QuietHours(person_id=asleep.id, from_minute=22 * 60, to_minute=7 * 60))
    with clock.travel(to=LATE):
        tell(db, asleep)
        run_pending(runtime)
    assert post.people == [asleep.id]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=st.integers(0, 1439), end=st.integers(0, 1439), minute=st.integers(0, 1439))
def test_quiet_hours_mean_the_same_minutes_however_they_lie(
    db: Session, campus: Campus, sms: Channel, start: int, end: int, minute: int
) -> None:
    person = campus.person(account=False)
    db.add(QuietHours(person_id=person.id, from_minute=start, to_minute=end))
    db.flush()
    midnight = datetime(2024, 9, 13, 16, 0, tzinfo=UTC)
    moment = midnight + timedelta(minutes=minute)
    with clock.travel(to=moment):
        told = notify(db, kind="post.task", people=[person.id], title="x")
    until = db.scalar(
        select(Delivery.not_before).where(
            Delivery.notification_id == told, Delivery.channel == "sms"
        )
    )
    quiet_minutes = {(start + step) % 1440 for step in range((end - start) % 1440)}
    assert (until is not None) == (minute in quiet_minutes)
    if until is not None:
        assert timedelta(0) < until - moment <= timedelta(days=1)
        assert ((until - midnight) // timedelta(minutes=1)) % 1440 == end


def test_a_failure_is_tried_again_and_given_up_after_five_attempts(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    person = campus.person()
    post.answer = lambda _parcel: Result("failed", "gateway says 503")
    moment = clock.now()
    with clock.travel(to=moment):
        tell(db, person)
    for _turn in range(12):
        with clock.travel(to=moment):
            run_pending(runtime)
        moment += timedelta(hours=6)
    assert len(post.parcels) == 5
    delivery = db.execute(select(Delivery).where(Delivery.channel == "sms")).scalar_one()
    assert (delivery.state, delivery.attempts, delivery.answer) == (
        "failed",
        5,
        "gateway says 503",
    )


def test_answers_are_kept_for_each_person(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    good, unknown, silent = campus.person(), campus.person(), campus.person()

    def answer(parcel: Parcel) -> Mapping[int, Result]:
        by_person = {
            good.id: Result("sent", "id-1"),
            unknown.id: Result("refused", "no such number"),
        }
        return {
            one.delivery_id: by_person[one.person_id]
            for one in parcel.recipients
            if one.person_id in by_person
        }

    post.answer = answer
    tell(db, good, unknown, silent)
    run_pending(runtime)
    rows = db.execute(
        select(Delivery.person_id, Delivery.state, Delivery.answer).where(Delivery.channel == "sms")
    )
    assert {row[0]: (row[1], row[2]) for row in rows} == {
        good.id: ("sent", "id-1"),
        unknown.id: ("failed", "no such number"),
        silent.id: ("waiting", "no answer from the channel"),
    }


def test_a_channel_that_raises_fails_its_deliveries_not_the_job(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    def explode(_parcel: Parcel) -> Result:
        raise OSError("connection reset")

    post.answer = explode
    tell(db, campus.person())
    assert run_pending(runtime).failed == 0
    assert states(db) == {"waiting": 1}


def test_deliveries_are_marked_before_the_channel_is_called(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    seen: list[dict[str, int]] = []

    def look(parcel: Parcel) -> Result:
        with parcel.unit_of_work() as session:
            seen.append(states(session))
        return SENT

    post.answer = look
    tell(db, campus.person())
    run_pending(runtime)
    assert seen == [{"sending": 1}]


def test_what_a_dead_process_left_in_sending_is_sent_again(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    done, unknown = campus.person(), campus.person()
    tell(db, done, unknown)
    db.execute(
        update(Delivery)
        .where(Delivery.channel == "sms", Delivery.person_id == done.id)
        .values(state="sent")
    )
    db.execute(
        update(Delivery)
        .where(Delivery.channel == "sms", Delivery.person_id == unknown.id)
        .values(state="sending", attempts=1)
    )
    db.commit()
    run_pending(runtime)
    assert post.people == [unknown.id]
    assert states(db) == {"sent": 2}


def test_a_channel_that_is_switched_off_keeps_its_deliveries_waiting(
    runtime: Runtime, db: Session, campus: Campus, sms: Channel, post: Any
) -> None:
    tell(db, campus.person())
    runtime.host.set_disabled({"post"})
    run_pending(runtime)
    assert states(db) == {"waiting": 1}
    tell(db, campus.person())
    assert states(db) == {"waiting": 1}, "a channel that is off gets nothing new"
    runtime.host.set_disabled(())
    db.execute(update(Job).where(Job.state == "ready").values(run_at=clock.now()))
    db.commit()
    run_pending(runtime)
    assert states(db) == {"sent": 1}


def test_the_console_channel_exists_in_development_only(
    runtime: Runtime, make_own_runtime: Callable[..., Runtime]
) -> None:
    assert [one.id for one in ChannelRegistry(runtime.host, runtime.settings).enabled()] == [
        "console"
    ]
    production = make_own_runtime((), TONGBAN_DEVELOPMENT="false")
    assert ChannelRegistry(production.host, production.settings).enabled() == []


def test_an_unknown_importance_is_a_bug(db: Session, campus: Campus) -> None:
    with pytest.raises(ValueError, match="urgent"):
        tell(db, campus.person(), importance="urgent")


@pytest.mark.parametrize("channel_id", ["", "Console", "console", "x" * 31])
def test_a_bad_channel_stops_the_start_with_the_plugins_name(
    install: Install, post: Any, channel_id: str
) -> None:
    with pytest.raises(PluginError, match="post"):
        install(Channel(channel_id, "x", post.send))
