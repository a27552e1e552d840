"""KN-8: the log is searched, read and exported by those entitled, and by nobody else."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit import guard
from tongban.audit.exporting import harmless
from tongban.audit.models import AuditEvent
from tongban.audit.services import Actor, record, seal
from tongban.testing.factories import Campus, MadePerson
from tongban.testing.statements import StatementCounter

LIST = "/console/audit"


@pytest.fixture
def auditor(campus: Campus) -> MadePerson:
    person = campus.person("审计员")
    campus.grant(person, "auditor")
    return person


def things(page: Any) -> list[str]:
    """Return the objects of the listed events, without what signing in wrote."""
    names = [row.find_all("td")[3].text for row in page.html.select("tbody tr")]
    return [name for name in names if name.startswith("物")]


def write(db: Session, *names: str, action: str = "test.act", actor: Any = None) -> None:
    for name in names:
        record(db, action, actor=actor, object_type="thing", object_id="9", object_name=name)
    db.commit()


def test_an_auditor_sees_what_happened_newest_first(
    app: Any, db: Session, campus: Campus, auditor: MadePerson
) -> None:
    actor = Actor(auditor.id, auditor.number, auditor.name)
    write(db, "物一", "物二", actor=actor)
    app.sign_in(auditor)
    page = app.get(LIST)
    assert things(page) == ["物二", "物一"]
    assert f"{auditor.name}（{auditor.number}）" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "20199999"}, ["物一"]),
        ({"person": "查无此人"}, []),
        ({"family": "grant."}, ["物二"]),
        ({"family": "no.such"}, ["物三", "物二", "物一"]),
        ({"thing": "物三"}, ["物三"]),
        ({"thing": "9"}, ["物三", "物二", "物一"]),
        ({"thing": "%"}, []),
        ({"outcome": "refused"}, []),
        ({"person": "20199999", "family": "grant."}, []),
    ],
)
def test_events_are_found_by_person_action_object_and_outcome(
    app: Any,
    db: Session,
    campus: Campus,
    auditor: MadePerson,
    query: dict[str, str],
    found: list[str],
) -> None:
    other = campus.person("林知远", number="20199999")
    write(db, "物一", actor=Actor(other.id, other.number, other.name))
    write(db, "物二", action="grant.give")
    write(db, "物三")
    app.sign_in(auditor)
    assert things(app.get(LIST, query)) == found


def test_events_are_found_by_day_of_the_campus(
    app: Any, db: Session, campus: Campus, auditor: MadePerson
) -> None:
    now = clock.now()
    for days in (3, 2, 1):
        with clock.travel(to=now - timedelta(days=days)):
            write(db, f"物{days}")
    app.sign_in(auditor)
    campus_now = now + timedelta(hours=8)
    day = {days: (campus_now - timedelta(days=days)).strftime("%Y-%m-%d") for days in (1, 2, 3)}
    assert things(app.get(LIST, {"since": day[2]})) == ["物1", "物2"]
    assert things(app.get(LIST, {"until": day[2]})) == ["物2", "物3"]
    assert things(app.get(LIST, {"since": day[2], "until": day[2]})) == ["物2"]
    assert things(app.get(LIST, {"since": "2100-01-01"})) == []
    assert things(app.get(LIST, {"until": "1999-01-01"})) == []


def test_a_wrong_date_is_said_at_the_field_and_kept(
    app: Any, db: Session, auditor: MadePerson
) -> None:
    write(db, "物一")
    app.sign_in(auditor)
    page = app.get(LIST, {"since": "昨天", "until": "2024-09-14"})
    assert "请按 2024-09-14 的格式填写日期" in page.html.find(id="since-error").text
    assert page.html.find(id="since")["value"] == "昨天"
    backwards = app.get(LIST, {"since": "2024-09-14", "until": "2024-09-01"})
    assert "不能早于" in backwards.html.find(id="until-error").text


def test_a_long_log_is_paged(app: Any, db: Session, auditor: MadePerson) -> None:
    app.sign_in(auditor)
    write(db, *(f"物{number}" for number in range(120)))
    page, seen = app.get(LIST, {"thing": "物"}), []
    while True:
        seen += things(page)
        following = page.html.find("a", rel="next")
        if following is None or not following.get("href"):
            break
        page = app.get(following["href"])
    assert seen == [f"物{number}" for number in reversed(range(120))]


def test_the_list_costs_few_statements(
    app: Any, db: Session, auditor: MadePerson, statements: StatementCounter
) -> None:
    app.sign_in(auditor)
    with statements.counted() as few:
        app.get(LIST)
    write(db, *(f"物{number}" for number in range(60)))
    with statements.counted() as many:
        app.get(LIST)
    assert many.number == few.number
    assert many.number <= 4, many.texts


def test_an_events_page_shows_its_detail_and_seal(
    app: Any, db: Session, auditor: MadePerson
) -> None:
    record(db, "test.act", object_name="物一", detail={"role": "operator", "list": [1, "二"]})
    db.commit()
    app.sign_in(auditor)
    link = app.get(LIST, {"thing": "物一"}).html.select_one("tbody a")["href"]
    assert "待封存" in app.get(link)
    seal(db)
    db.commit()
    page = app.get(link)
    assert "已封存" in page
    assert "内容完整" in page
    assert "operator" in page
    assert '[1, "二"]' in page.html.text


def test_a_tampered_event_is_marked(app: Any, db: Session, auditor: MadePerson) -> None:
    write(db, "物一")
    event_id = db.scalar(select(AuditEvent.id).where(AuditEvent.object_name == "物一"))
    for statement in guard.drop_statements(db.get_bind().dialect.name):
        db.execute(text(statement))
    db.execute(text("UPDATE audit_event SET actor = '别人' WHERE id = :id"), {"id": event_id})
    db.commit()
    app.sign_in(auditor)
    page = app.get(f"{LIST}/{event_id}")
    assert "与写入时的签名不符" in page.html.find(role="alert").text


def test_an_unknown_event_is_not_found(app: Any, auditor: MadePerson) -> None:
    app.sign_in(auditor)
    app.get(f"{LIST}/999999999", status=404)
    app.get(f"{LIST}/{'9' * 18}", status=404)


def test_an_export_holds_the_filtered_events_and_is_itself_recorded(
    app: Any, db: Session, auditor: MadePerson
) -> None:
    write(db, "物一", "=HYPERLINK(1)")
    write(db, "物二", action="grant.give")
    app.sign_in(auditor)
    form = next(
        form
        for form in app.get(LIST, {"thing": "物"}).forms.values()
        if form.action.endswith("/export")
    )
    answer = form.submit()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.content_type == "text/csv"
    body = answer.body.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["对象名称"] for row in rows] == ["物二", "物一"]
    event = db.execute(
        select(AuditEvent.actor_id, AuditEvent.detail).where(AuditEvent.action == "audit.export")
    ).one()
    assert event.actor_id == auditor.id
    assert event.detail == {"filter": {"thing": "物"}, "rows": 2}


def test_reading_writes_nothing(app: Any, db: Session, auditor: MadePerson) -> None:
    app.sign_in(auditor)
    before = db.scalar(select(func.count()).select_from(AuditEvent))
    app.get(LIST)
    assert db.scalar(select(func.count()).select_from(AuditEvent)) == before


@given(st.text())
def test_no_cell_is_a_formula(value: str) -> None:
    assert not harmless(value).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_only_those_entitled_see_or_export(app: Any, db: Session, campus: Campus) -> None:
    app.get(LIST, status=303)
    person = campus.person()
    app.sign_in(person)
    app.get(LIST, status=403)
    app.post(f"{LIST}/export", {"csrf_token": app.csrf_token()}, status=403)
    viewer = campus.person()
    campus.grant(viewer, campus.role("reader", "console.enter", "audit.view"))
    other = app.another()
    other.sign_in(viewer)
    page = other.get(LIST)
    assert "/export" not in page.text
    other.post(f"{LIST}/export", {"csrf_token": other.csrf_token()}, status=403)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["person", "family", "thing", "outcome", "since", "until", "cursor"]),
        st.text(alphabet=st.characters(codec="utf-8"), max_size=130),
    )
)
def test_no_filter_breaks_the_list(
    app: Any, db: Session, auditor: MadePerson, query: dict[str, str]
) -> None:
    if "signed_in" not in app.__dict__:
        app.sign_in(auditor)
        app.signed_in = True
    app.get(LIST, query, status=200)
