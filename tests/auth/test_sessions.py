"""Sessions: how long they live, what ends them, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.models import AuditEvent
from tongban.auth.models import Account, SessionRow
from tongban.testing.browsing import Browser
from tongban.testing.factories import PASSWORD, Campus, MadePerson
from tongban.users.models import Person


@pytest.fixture
def person(campus: Campus) -> MadePerson:
    return campus.person("王小明", number="20210304")


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/me/sessions").status_int == 200


def sign_in_and_keep(browser: Browser, person: MadePerson) -> None:
    form = browser.get("/login").forms["sign-in"]
    form["username"], form["password"], form["keep"] = person.number, PASSWORD, True
    form.submit(status=303)


def in_minutes(minutes: float) -> Any:
    return clock.travel(by=timedelta(minutes=minutes))


# --- cost ---


def test_knowing_who_asks_costs_one_statement(
    app: Browser, person: MadePerson, statements: Any
) -> None:
    app.sign_in(person)
    app.get("/counters")
    with statements.counted() as seen:
        app.get("/counters", status=200)
    assert seen.number == 1
    assert "auth_session" in seen.texts[0]


def test_strangers_cost_no_statement(app: Browser, statements: Any) -> None:
    with statements.counted() as seen:
        app.get("/counters", status=303)
        app.set_cookie("tongban_session", "not-a-token")
        app.get("/counters", status=303)
    assert seen.number == 0


# --- how long ---


def test_a_session_ends_when_it_is_not_used(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    with in_minutes(119):
        assert is_signed_in(app)
    with in_minutes(119 + 121):
        page = app.get("/me/sessions", status=303).follow()
        assert "登录已失效，请重新登录。" in page
        assert "tongban_session" not in app.cookies


def test_a_session_in_use_lives_until_its_absolute_end(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    for minutes in range(60, 12 * 60, 60):
        with in_minutes(minutes):
            assert is_signed_in(app), minutes
    with in_minutes(12 * 60 + 1):
        assert not is_signed_in(app)


def test_a_page_left_open_does_not_keep_its_session_alive(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    for minutes in range(10, 120, 10):
        with in_minutes(minutes):
            app.get("/counters", status=200)
    with in_minutes(121):
        app.get("/counters", status=303)


def test_a_kept_session_lasts_seven_days_without_use(app: Browser, person: MadePerson) -> None:
    sign_in_and_keep(app, person)
    with in_minutes(6.9 * 24 * 60):
        assert is_signed_in(app)
    with in_minutes(7 * 24 * 60 + 1):
        assert not is_signed_in(app)


def test_use_is_noted_at_most_every_five_minutes(
    app: Browser, person: MadePerson, fresh: Any, statements: Any
) -> None:
    app.sign_in(person)
    [(opened,)] = fresh(select(SessionRow.seen_at))
    with in_minutes(4):
        app.get("/me/sessions")
    assert fresh(select(SessionRow.seen_at)) == [(opened,)]
    with in_minutes(6):
        app.get("/me/sessions")
        [(seen,)] = fresh(select(SessionRow.seen_at))
        assert seen - opened >= timedelta(minutes=6)
        with statements.counted() as counted:
            app.get("/me/sessions")
    assert not [text for text in counted.texts if text.startswith("UPDATE")]


# --- what ends it ---


def test_signing_out_ends_the_session_itself_not_only_the_cookie(
    app: Browser, person: MadePerson
) -> None:
    """ID-7: sign-out ends the session here."""
    app.sign_in(person)
    token = app.cookies["tongban_session"]
    page = app.sign_out().follow()
    assert "您已退出登录" in page
    assert "tongban_session" not in app.cookies
    app.set_cookie("tongban_session", token)
    assert not is_signed_in(app)


def test_a_link_cannot_sign_anybody_out(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    app.get("/logout", status=404)
    app.post("/logout", status=400)
    assert is_signed_in(app)


def test_signing_out_twice_is_no_error(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    token = app.csrf_token()
    app.post("/logout", {"csrf_token": token}, status=303)
    assert app.post("/logout", {"csrf_token": token}, status=303).location.endswith("/login")


@pytest.mark.parametrize(
    "change",
    [
        update(Account).values(status="disabled"),
        update(Person).where(Person.number == "20210304").values(status="left"),
    ],
)
def test_who_is_switched_off_is_out_at_once(
    app: Browser, person: MadePerson, db: Session, change: Any
) -> None:
    app.sign_in(person)
    db.execute(change)
    db.commit()
    assert not is_signed_in(app)


# --- 登录与设备 ---


def phone_of(app: Browser, person: MadePerson, address: str = "203.0.113.9") -> Browser:
    phone = app.another()
    phone.extra_environ["REMOTE_ADDR"] = address
    phone.extra_environ["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 14; M2) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8"
    )
    phone.sign_in(person)
    return phone


def test_one_sees_every_device_and_the_present_one_first(
    app: Browser, person: MadePerson, campus: Campus
) -> None:
    app.sign_in(person)
    phone_of(app, person)
    phone_of(app, campus.person(), "203.0.113.77")
    page = app.get("/me/sessions")
    devices = page.html.select(".rows > li")
    assert len(devices) == 2
    assert "本机" in devices[0].text
    assert "微信 · Android" in devices[1].text
    assert "203.0.113.9" in devices[1].text
    assert "203.0.113.77" not in page


def test_one_device_can_be_signed_out_from_another(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    phone = phone_of(app, person)
    page = app.get("/me/sessions")
    form = next(
        form
        for form in page.forms.values()
        if form.action.endswith("/end")
        and "微信" in str(form.html if hasattr(form, "html") else form.text)
    )
    page = form.submit(status=303).follow()
    assert "已退出该设备" in page
    assert is_signed_in(app)
    assert not is_signed_in(phone)


def test_all_other_devices_can_be_signed_out(
    app: Browser, person: MadePerson, fresh: Any, plug: Callable[..., None]
) -> None:
    ended: list[int] = []

    def tongban_signed_out(person_id: int) -> None:
        ended.append(person_id)

    plug(tongban_signed_out=tongban_signed_out)
    app.sign_in(person)
    phones = [phone_of(app, person) for _ in range(2)]
    page = app.post("/me/sessions/end-others", {"csrf_token": app.csrf_token()}, status=303)
    assert "已退出其他 2 台设备" in page.follow()
    assert is_signed_in(app)
    assert [is_signed_in(phone) for phone in phones] == [False, False]
    assert ended == [person.id] * 2
    events = fresh(select(AuditEvent.actor_id).where(AuditEvent.action == "session.end"))
    assert events == [(person.id,), (person.id,)]


def test_nobody_ends_somebody_elses_session(
    app: Browser, person: MadePerson, campus: Campus, fresh: Any
) -> None:
    victim = phone_of(app, person)
    [(public_id,)] = fresh(select(SessionRow.public_id))
    app.sign_in(campus.person())
    app.post(f"/me/sessions/{public_id}/end", {"csrf_token": app.csrf_token()}, status=404)
    assert is_signed_in(victim)


def test_ending_the_present_session_is_signing_out(
    app: Browser, person: MadePerson, fresh: Any
) -> None:
    app.sign_in(person)
    [(public_id,)] = fresh(select(SessionRow.public_id))
    page = app.post(f"/me/sessions/{public_id}/end", {"csrf_token": app.csrf_token()}, status=303)
    assert page.location.endswith("/login")
    assert not is_signed_in(app)


def test_the_history_is_paged_and_ones_own(
    app: Browser, person: MadePerson, campus: Campus
) -> None:
    guesser = app.another()
    guesser.extra_environ["REMOTE_ADDR"] = "203.0.113.200"
    for _ in range(24):
        form = guesser.get("/login").forms["sign-in"]
        form["username"], form["password"] = person.number, "Wrong-2026"
        form.submit(expect_errors=True)
    phone_of(app, campus.person(), "203.0.113.77")
    with in_minutes(16):
        app.sign_in(person)
        page = app.get("/me/sessions")
        rows = page.html.select("#history tbody tr")
        assert len(rows) == 20
        assert "登录成功" in rows[0].text
        assert "锁定期间尝试登录" in rows[1].text
        assert "203.0.113.200" in rows[1].text
        older = page.click("下一页")
        titles = [row.select_one(".tag").text for row in older.html.select("#history tbody tr")]
        assert titles == ["密码错误，账号已锁定"] + ["密码错误"] * 4
        assert "203.0.113.77" not in page.text + older.text
        assert len(older.click("上一页").html.select("#history tbody tr")) == 20


@pytest.mark.parametrize("cursor", ["x", "%", "WzAsMV0", "a" * 900])
def test_a_cursor_that_was_tampered_with_shows_the_first_page(
    app: Browser, person: MadePerson, cursor: str
) -> None:
    app.sign_in(person)
    assert app.get("/me/sessions", {"cursor": cursor}, status=200)
