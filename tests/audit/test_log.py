"""KN-8: what is written to the audit log, and that nobody changes it unnoticed."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import guard, sealing
from tongban.audit.models import AuditEvent, AuditSeal
from tongban.audit.services import Actor, record, seal, verify
from tongban.web.runtime import Runtime

ACTOR = Actor(7, "20190137", "林知远")


def write(session: Session, number: int, action: str = "test.act") -> None:
    for one in range(number):
        record(session, action, actor=ACTOR, object_type="thing", object_id=one)


def without_guard(session: Session) -> None:
    """Do what somebody with full rights on the database does."""
    for statement in guard.drop_statements(session.get_bind().dialect.name):
        session.execute(text(statement))


def test_an_event_keeps_who_did_what_to_what_and_from_where(db: Session) -> None:
    with structlog.contextvars.bound_contextvars(address="10.1.2.3", request_id="abc12345"):
        record(
            db,
            "grant.give",
            actor=ACTOR,
            object_type="grant",
            object_id=12,
            object_name="操作员 → 林知远",
            unit_id=3,
            detail={"role": "operator", "ends_at": None},
        )
    event = db.scalars(select(AuditEvent)).one()
    assert (event.actor_id, event.actor) == (7, "林知远（20190137）")
    assert (event.action, event.outcome) == ("grant.give", "done")
    assert (event.object_type, event.object_id) == ("grant", "12")
    assert (event.address, event.request_id) == ("10.1.2.3", "abc12345")
    assert event.detail == {"role": "operator", "ends_at": None}
    assert verify(db).good


def test_secrets_passed_by_mistake_are_not_kept(db: Session) -> None:
    record(db, "test.act", detail={"password": "x1", "api_key": "x2", "a": {"sms_token": "x3"}})
    kept = str(db.scalars(select(AuditEvent.detail)).one())
    assert "x1" not in kept
    assert "x2" not in kept
    assert "x3" not in kept


@pytest.mark.parametrize(("action", "outcome"), [("", "done"), ("a" * 61, "done"), ("a.b", "ok")])
def test_a_malformed_action_or_outcome_is_a_bug_and_raises(
    db: Session, action: str, outcome: str
) -> None:
    with pytest.raises(ValueError, match="audit"):
        record(db, action, outcome=outcome)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text()
    | st.datetimes(timezones=st.just(UTC))
    | st.just(date(2024, 9, 14)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.text(max_size=80), PLAIN, max_size=4), st.text(), st.text())
def test_whatever_is_recorded_reads_back_as_it_was_sealed(
    db: Session, detail: dict[str, Any], name: str, object_id: str
) -> None:
    record(db, "test.act", object_name=name, object_id=object_id, detail=detail)
    seal(db)
    db.expire_all()
    report = verify(db)
    assert report.good, report.fault


def test_events_cannot_be_changed_or_deleted_even_by_statements(db: Session) -> None:
    write(db, 2)
    seal(db)
    db.commit()
    for statement in (
        "UPDATE audit_event SET actor = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET hash = 'x'",
        "DELETE FROM audit_seal",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            db.execute(text(statement))
        db.rollback()
    assert verify(db).sealed == 2


def test_replacing_a_row_is_refused_on_sqlite(db: Session) -> None:
    if db.get_bind().dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    write(db, 1)
    db.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.execute(
            text(
                "INSERT OR REPLACE INTO audit_event SELECT id, at, actor_id, 'x', action,"
                " object_type, object_id, object_name, unit_id, outcome, address, request_id,"
                " detail, mac FROM audit_event"
            )
        )


def test_sealing_goes_on_where_it_stopped(db: Session) -> None:
    write(db, 5)
    assert seal(db, 3) == 3
    assert seal(db, 3) == 2
    assert seal(db, 3) == 0
    write(db, 1)
    assert seal(db) == 1
    report = verify(db, chunk=2)
    assert (report.good, report.sealed, report.unsealed) == (True, 6, 0)


def test_an_event_of_a_slow_transaction_is_sealed_when_it_appears(db: Session) -> None:
    """Its id lies below those that are sealed already."""
    write(db, 3)
    db.flush()
    first = db.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    late = db.execute(select(AuditEvent.__table__).where(AuditEvent.id == first)).one()
    without_guard(db)
    db.execute(text("DELETE FROM audit_event WHERE id = :id"), {"id": first})
    seal(db)
    db.execute(AuditEvent.__table__.insert().values(**late._mapping))
    assert seal(db) == 1
    assert verify(db).good


@pytest.mark.parametrize(
    ("statement", "kind", "place"),
    [
        ("UPDATE audit_event SET object_name = '别的' WHERE id = :id", "changed", 3),
        ("UPDATE audit_event SET actor_id = NULL WHERE id = :id", "changed", 3),
        ("UPDATE audit_event SET mac = 'f' WHERE id = :id", "changed", 3),
        ("DELETE FROM audit_event WHERE id = :id", "missing", 3),
        ("DELETE FROM audit_seal WHERE event_id = :id", "gap", 4),
        ("UPDATE audit_seal SET hash = 'f' WHERE event_id = :id", "reordered", 3),
    ],
)
def test_verify_names_the_first_event_that_was_tampered_with(
    db: Session, statement: str, kind: str, place: int
) -> None:
    write(db, 5)
    seal(db)
    ids = db.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).all()
    without_guard(db)
    db.execute(text(statement), {"id": ids[2]})
    report = verify(db)
    assert report.fault is not None
    assert (report.fault.kind, report.fault.seq) == (kind, place)
    assert report.fault.event_id == ids[place - 1]


def test_verify_notices_events_that_were_swapped(db: Session) -> None:
    write(db, 4)
    seal(db)
    links = db.execute(select(AuditSeal.seq, AuditSeal.event_id).order_by(AuditSeal.seq)).all()
    without_guard(db)
    swap = text("UPDATE audit_seal SET event_id = :event WHERE seq = :seq")
    db.execute(swap, {"event": -1, "seq": 2})
    db.execute(swap, {"event": links[1].event_id, "seq": 3})
    db.execute(swap, {"event": links[2].event_id, "seq": 2})
    fault = verify(db).fault
    assert fault is not None
    assert (fault.kind, fault.seq) == ("reordered", 2)


def test_verify_notices_an_event_that_the_platform_did_not_write(db: Session) -> None:
    write(db, 1)
    copied = dict(db.execute(select(AuditEvent.__table__)).one()._mapping)
    copied |= {"id": copied["id"] + 1, "actor": "别人"}
    db.execute(AuditEvent.__table__.insert().values(**copied))
    fault = verify(db).fault
    assert fault is not None
    assert (fault.kind, fault.event_id) == ("forged", copied["id"])


def test_verify_notices_that_sealing_has_stopped(db: Session) -> None:
    write(db, 1)
    assert verify(db).good
    with clock.travel(by=timedelta(hours=1)):
        fault = verify(db).fault
    assert fault is not None
    assert fault.kind == "unsealed"


def test_a_head_noted_earlier_proves_that_the_end_was_not_cut_off(db: Session) -> None:
    write(db, 4)
    seal(db)
    noted = verify(db)
    expect = (noted.head_seq, noted.head_hash)
    write(db, 1)
    seal(db)
    assert verify(db, expect=expect).good
    without_guard(db)
    db.execute(
        text("DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_seal WHERE seq >= 4)")
    )
    db.execute(text("DELETE FROM audit_seal WHERE seq >= 4"))
    assert verify(db).good
    fault = verify(db, expect=expect).fault
    assert fault is not None
    assert fault.kind == "cut"


def test_another_key_does_not_verify(db: Session) -> None:
    write(db, 1)
    seal(db)
    sealing.use_key(b"k" * 32)
    fault = verify(db).fault
    assert fault is not None
    assert fault.kind == "changed"


@pytest.mark.commits
def test_several_sealers_at_once_seal_each_event_once(own_runtime: Runtime) -> None:
    with own_runtime.unit_of_work() as session:
        write(session, 120)

    def work() -> None:
        for _turn in range(20):
            with own_runtime.unit_of_work() as session:
                seal(session, 10)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_runtime.unit_of_work(writes=False) as session:
        report = verify(session)
    assert (report.good, report.sealed, report.unsealed) == (True, 120, 0)


def test_time_is_kept_to_the_microsecond(db: Session) -> None:
    moment = datetime(2024, 9, 14, 4, 8, 1, 123456, tzinfo=UTC)
    with clock.travel(to=moment):
        write(db, 1)
    db.expire_all()
    assert db.scalars(select(AuditEvent.at)).one() == moment
