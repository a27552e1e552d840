"""Signing in by the form, as people and attackers do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.models import AuditEvent
from tongban.auth.models import Account, SessionRow, SignInAttempt
from tongban.auth.passwords import HashParameters, hash_password
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import PASSWORD, Campus, MadePerson
from tongban.users.models import Person
from tongban.web.runtime import Runtime

WRONG = "学号 / 工号或密码不正确"


def attempt(browser: Browser, username: str, password: str, **options: Any) -> Any:
    """Fill in the sign-in form and send it."""
    page = browser.get("/login", options.pop("query", None))
    form = page.forms["sign-in"]
    form["username"], form["password"] = username, password
    if options.pop("keep", False):
        form["keep"] = True
    return form.submit(expect_errors=True, **options)


def fail(browser: Browser, username: str, times: int, **options: Any) -> Any:
    page = None
    for _ in range(times):
        page = attempt(browser, username, "Wrong-2026", **options)
    return page


@pytest.fixture
def person(campus: Campus) -> MadePerson:
    return campus.person("王小明", kind="student", number="20210304")


def test_the_right_password_leads_to_the_hall(app: Browser, person: MadePerson) -> None:
    """ID-1: sign in with 学号 and password."""
    page = app.sign_in(person)
    assert page.request.path == "/"
    assert person.name in page


def test_the_page_needs_no_script_and_offers_only_what_there_is(app: Browser) -> None:
    page = app.get("/login")
    assert page.status_int == 200
    form = page.forms["sign-in"]
    assert form.method.lower() == "post"
    assert "忘记密码" not in page
    assert "账号激活" not in page
    assert page.headers["Cache-Control"] == "no-store"


def test_showing_the_page_writes_nothing(app: Browser, statements: Any) -> None:
    with statements.counted() as seen:
        app.get("/login")
    assert seen.number == 0


@pytest.mark.parametrize("typed", [" 20210304 ", "２０２１０３０４", "2021 0304"])
def test_a_number_typed_with_blanks_or_full_width_digits_is_understood(
    app: Browser, person: MadePerson, typed: str
) -> None:
    assert attempt(app, typed, PASSWORD).status_int == 303


def masked(page: Any) -> str:
    text = re.sub(r'(csrf_token"|csrf-token")[^>]*>', "", page.text)
    return re.sub(r'value="[^"]*"|编号 <code>.*?</code>', "", text)


def test_one_message_for_wrong_password_unknown_name_and_account_not_activated(
    app: Browser, campus: Campus, person: MadePerson, db: Session
) -> None:
    sleeper = campus.person(number="20210999")
    db.execute(
        update(Account)
        .where(Account.person_id == sleeper.id)
        .values(status="inactive", password_hash=None)
    )
    db.commit()
    pages = [
        attempt(app, person.number, "Wrong-2026"),
        attempt(app, "99999999", "Wrong-2026"),
        attempt(app, sleeper.number, "Wrong-2026"),
    ]
    assert [page.status_int for page in pages] == [422, 422, 422]
    assert WRONG in pages[0]
    assert len({masked(page) for page in pages}) == 1


def test_the_same_work_is_done_for_names_that_nobody_has(
    app: Browser, person: MadePerson, statements: Any
) -> None:
    with statements.counted() as known:
        attempt(app, person.number, "Wrong-2026")
    with statements.counted() as unknown:
        attempt(app, "99999999", "Wrong-2026")
    assert known.texts == unknown.texts


def test_what_was_typed_is_kept_but_never_the_password(app: Browser, person: MadePerson) -> None:
    page = attempt(app, person.number, "Wrong-2026", query={"next": "/me/sessions"}, keep=True)
    form = page.forms["sign-in"]
    assert form["username"].value == person.number
    assert form["keep"].checked
    assert form["next"].value == "/me/sessions"
    assert form["password"].value == ""
    assert "Wrong-2026" not in page


def test_empty_boxes_are_named_and_count_as_no_attempt(app: Browser, fresh: Any) -> None:
    page = attempt(app, "", "")
    assert page.status_int == 422
    assert page.html.select_one("[role=alert] a[href='#username']").text.endswith(
        "请输入学号或工号"
    )
    assert page.html.select_one("#password-error").text.strip() == "请输入密码"
    assert fresh(select(SignInAttempt.id)) == []


# --- lock-out and throttle ---


def test_five_wrong_passwords_lock_the_account_and_say_for_how_long(
    app: Browser, person: MadePerson
) -> None:
    """ID-12: lock-out on guessing."""
    assert fail(app, person.number, 4).status_int == 422
    page = fail(app, person.number, 1)
    assert page.status_int == 429
    assert "已锁定，请 15 分钟后再试" in page
    assert page.headers["Retry-After"] == "900"
    assert attempt(app, person.number, PASSWORD).status_int == 429


def test_a_lock_ends_by_itself(app: Browser, person: MadePerson) -> None:
    fail(app, person.number, 5)
    with clock.travel(by=timedelta(minutes=14)):
        page = attempt(app, person.number, PASSWORD)
        assert "请 1 分钟后再试" in page or "请 2 分钟后再试" in page
    with clock.travel(by=timedelta(minutes=15, seconds=2)):
        assert attempt(app, person.number, PASSWORD).status_int == 303


def test_after_a_lock_has_ended_counting_starts_anew(app: Browser, person: MadePerson) -> None:
    fail(app, person.number, 5)
    with clock.travel(by=timedelta(minutes=16)):
        assert fail(app, person.number, 4).status_int == 422
        assert fail(app, person.number, 1).status_int == 429


def test_a_success_forgets_the_failures_before_it(app: Browser, person: MadePerson) -> None:
    fail(app, person.number, 4)
    assert attempt(app.another(), person.number, PASSWORD).status_int == 303
    assert fail(app, person.number, 4).status_int == 422


def test_a_name_that_nobody_has_locks_in_the_same_words(app: Browser, person: MadePerson) -> None:
    real = [fail(app, person.number, 1) for _ in range(6)]
    invented = [fail(app, "88888888", 1) for _ in range(6)]
    assert [page.status_int for page in real] == [page.status_int for page in invented]
    assert masked(real[4]) == masked(invented[4])


def test_a_locked_account_locks_nobody_else(
    app: Browser, person: MadePerson, campus: Campus
) -> None:
    other = campus.person()
    fail(app, person.number, 5)
    assert attempt(app, other.number, PASSWORD).status_int == 303


def test_an_address_that_guesses_at_many_names_is_throttled(
    app: Browser, person: MadePerson, fresh: Any
) -> None:
    """ID-12: throttling per address."""
    guesser = app.another()
    guesser.extra_environ["REMOTE_ADDR"] = "203.0.113.9"
    for number in range(60):
        page = attempt(guesser, f"7000{number:04}", "Wrong-2026")
    assert page.status_int == 422
    assert fresh(select(AuditEvent.object_id).where(AuditEvent.action == "account.throttle")) == [
        ("203.0.113.9",)
    ]
    page = attempt(guesser, person.number, PASSWORD)
    assert page.status_int == 429
    assert "所在网络的登录失败次数过多，请 15 分钟后再试" in page
    assert attempt(app, person.number, PASSWORD).status_int == 303
    with clock.travel(by=timedelta(minutes=16)):
        assert attempt(guesser, person.number, PASSWORD).status_int == 303


# --- who may not ---


def test_a_disabled_account_is_told_so_only_with_the_right_password(
    app: Browser, person: MadePerson, db: Session
) -> None:
    db.execute(update(Account).where(Account.person_id == person.id).values(status="disabled"))
    db.commit()
    assert WRONG in attempt(app, person.number, "Wrong-2026")
    page = attempt(app, person.number, PASSWORD)
    assert page.status_int == 422
    assert "账号已停用" in page
    assert app.get("/me/sessions", status=303).location.startswith("http://localhost/login")


def test_who_left_the_school_cannot_sign_in(app: Browser, person: MadePerson, db: Session) -> None:
    db.execute(update(Person).where(Person.id == person.id).values(status="left"))
    db.commit()
    assert "账号已停用" in attempt(app, person.number, PASSWORD)


def test_a_plugin_may_refuse_with_its_own_reason(
    app: Browser, person: MadePerson, plug: Callable[..., None]
) -> None:
    asked: list[tuple[int, str]] = []

    def tongban_check_sign_in(person_id: int, address: str) -> str:
        asked.append((person_id, address))
        return "请先完成安全培训。"

    plug(tongban_check_sign_in=tongban_check_sign_in)
    attempt(app, person.number, "Wrong-2026")
    assert asked == []
    page = attempt(app, person.number, PASSWORD)
    assert "请先完成安全培训。" in page
    assert asked == [(person.id, "127.0.0.1")]


def test_a_check_that_breaks_denies(
    app: Browser, person: MadePerson, plug: Callable[..., None]
) -> None:
    def tongban_check_sign_in(person_id: int) -> str:
        raise RuntimeError("the second factor is away")

    plug(tongban_check_sign_in=tongban_check_sign_in)
    page = attempt(app, person.number, PASSWORD)
    assert page.status_int == 422
    assert "登录检查暂时无法完成" in page


def test_plugins_are_told_and_a_broken_one_keeps_nobody_out(
    app: Browser, person: MadePerson, plug: Callable[..., None]
) -> None:
    told: list[Any] = []

    def broken(session: Session) -> None:
        raise RuntimeError("cannot greet")

    def tongban_signed_in(person_id: int, address: str) -> None:
        told.append(("in", person_id, address))

    def tongban_signed_out(person_id: int) -> None:
        told.append(("out", person_id))

    plug(tongban_signed_in=broken)
    plug(tongban_signed_in=tongban_signed_in, tongban_signed_out=tongban_signed_out)
    app.sign_in(person)
    app.sign_out()
    assert told == [("in", person.id, "127.0.0.1"), ("out", person.id)]


# --- where to, and the cookie ---


@pytest.mark.parametrize("wanted", ["/me/sessions?cursor=a%2Fb", "/me/sessions"])
def test_one_lands_where_one_wanted_to_go(app: Browser, person: MadePerson, wanted: str) -> None:
    page = app.get(wanted, status=303).follow()
    form = page.forms["sign-in"]
    form["username"], form["password"] = person.number, PASSWORD
    assert form.submit(status=303).location == "http://localhost" + wanted


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/login", "/登录"]
)
def test_a_link_cannot_lead_elsewhere(app: Browser, person: MadePerson, wanted: str) -> None:
    page = attempt(app, person.number, PASSWORD, query={"next": wanted})
    assert page.location == "http://localhost/"
    assert app.get("/login", {"next": wanted}, status=303).location == "http://localhost/"


def test_who_is_signed_in_does_not_see_the_form(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    assert app.get("/login", status=303).location == "http://localhost/"
    there = app.get("/login", {"next": "/me/sessions"}, status=303).location
    assert there == "http://localhost/me/sessions"


def session_cookie(page: Any) -> str:
    cookies = [
        c
        for c in page.headers.getall("Set-Cookie")
        if c.startswith(("tongban_session", "__Host-tongban="))
    ]
    assert len(cookies) == 1
    return cookies[0]


def test_the_cookie_is_out_of_reach_of_scripts_and_ends_with_the_browser(
    app: Browser, person: MadePerson
) -> None:
    cookie = session_cookie(attempt(app, person.number, PASSWORD))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie


def test_a_kept_sign_in_outlives_the_browser(app: Browser, person: MadePerson) -> None:
    cookie = session_cookie(attempt(app, person.number, PASSWORD, keep=True))
    assert f"Max-Age={7 * 86_400}" in cookie


def test_over_https_the_cookie_is_bound_to_the_host(
    make_own_runtime: Callable[..., Runtime],
) -> None:
    runtime = make_own_runtime(TONGBAN_WEB_HTTPS="true")
    with runtime.sessions() as session:
        person = Campus(session, runtime).person()
    browser = make_test_app(runtime)
    browser.extra_environ["wsgi.url_scheme"] = "https"
    page = attempt(browser, person.number, PASSWORD, headers={"Referer": "https://localhost/login"})
    cookie = session_cookie(page)
    assert cookie.startswith("__Host-tongban=")
    assert "; secure" in cookie.lower()
    assert "Domain" not in cookie
    runtime.close()


def test_only_the_hash_of_the_cookie_is_stored(
    app: Browser, person: MadePerson, fresh: Any
) -> None:
    app.sign_in(person)
    token = app.cookies["tongban_session"]
    assert len(token) == 43
    [(stored,)] = fresh(select(SessionRow.token_hash))
    assert token not in stored
    assert len(stored) == 64


def test_signing_in_again_ends_the_browsers_old_session(
    app: Browser, person: MadePerson, campus: Campus, fresh: Any
) -> None:
    page = app.get("/login")
    app.sign_in(person)
    first = app.cookies["tongban_session"]
    form = page.forms["sign-in"]  # left open in another tab
    form["username"], form["password"] = campus.person().number, PASSWORD
    form.submit(status=303)
    assert app.cookies["tongban_session"] != first
    [(revoked,), (running,)] = fresh(select(SessionRow.revoked_at).order_by(SessionRow.created_at))
    assert revoked is not None
    assert running is None
    app.set_cookie("tongban_session", first)
    assert app.get("/me/sessions", status=303).location.startswith("http://localhost/login")


def test_a_session_given_by_somebody_else_is_not_taken_over(
    app: Browser, person: MadePerson
) -> None:
    """A planted cookie does not become a session: signing in always makes a new token."""
    planted = "A" * 43
    app.set_cookie("tongban_session", planted)
    app.sign_in(person)
    assert app.cookies["tongban_session"] != planted


# --- what is recorded ---


def test_every_event_is_in_the_audit_log_without_secrets(
    app: Browser, person: MadePerson, fresh: Any
) -> None:
    """KN-8: every sign-in is in the audit log."""
    fail(app, person.number, 5)
    attempt(app, "Hunter2-typed-in-the-wrong-box", "x")
    with clock.travel(by=timedelta(minutes=16)):
        app.sign_in(person)
        app.sign_out()
    rows = fresh(
        select(
            AuditEvent.action,
            AuditEvent.outcome,
            AuditEvent.actor_id,
            AuditEvent.detail,
            AuditEvent.object_name,
            AuditEvent.address,
        ).order_by(AuditEvent.id)
    )
    assert [(row.action, row.outcome) for row in rows] == [
        *[("account.sign_in", "failed")] * 5,
        ("account.lock", "done"),
        ("account.sign_in", "failed"),
        ("account.sign_in", "done"),
        ("account.sign_out", "done"),
    ]
    assert {row.address for row in rows} == {"127.0.0.1"}
    assert [row.actor_id for row in rows[-2:]] == [person.id] * 2
    written = " ".join(f"{row.detail} {row.object_name}" for row in rows)
    for secret in ("Wrong-2026", PASSWORD, "Hunter2", app.cookies.get("tongban_session") or "-/-"):
        assert secret not in written
    names = {row.username for row in fresh(select(SignInAttempt.username))}
    assert person.number in names
    assert not any("Hunter2" in name for name in names)


def test_attempts_that_are_barred_do_not_fill_the_audit_log(
    app: Browser, person: MadePerson, fresh: Any
) -> None:
    fail(app, person.number, 9)
    [(attempts,)] = fresh(select(func.count()).select_from(SignInAttempt))
    [(events,)] = fresh(select(func.count()).select_from(AuditEvent))
    assert (attempts, events) == (9, 6)


def test_a_hash_of_old_parameters_is_made_anew_at_sign_in(
    app: Browser, person: MadePerson, db: Session, fresh: Any
) -> None:
    old = hash_password(PASSWORD, HashParameters(memory_kib=16, passes=2))
    db.execute(update(Account).where(Account.person_id == person.id).values(password_hash=old))
    db.commit()
    stored = select(Account.password_hash).where(Account.person_id == person.id)
    attempt(app, person.number, "Wrong-2026")
    assert fresh(stored) == [(old,)]
    app.sign_in(person)
    [(new,)] = fresh(stored)
    assert "m=8,t=1" in new
    assert attempt(app.another(), person.number, PASSWORD).status_int == 303


# --- anything at all ---


@given(
    username=st.text(max_size=80),
    password=st.text(max_size=140),
    wanted=st.text(max_size=40),
    agent=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=250),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_input_breaks_the_form(
    app: Browser, username: str, password: str, wanted: str, agent: str
) -> None:
    page = app.post(
        "/login",
        {
            "csrf_token": app.get("/login").forms["sign-in"]["csrf_token"].value,
            "username": username,
            "password": password,
            "next": wanted,
        },
        headers={"User-Agent": agent},
        expect_errors=True,
    )
    assert page.status_int in (422, 429)
    assert "sign-in" in page


@pytest.mark.parametrize("body", [b"username=%ff&password=%c3%28", b"\xff\xfe", b"a" * 100_000])
def test_malformed_bodies_are_refused_in_house_style(app: Browser, body: bytes) -> None:
    app.get("/login")
    page = app.post(
        "/login", body, content_type="application/x-www-form-urlencoded", expect_errors=True
    )
    assert page.status_int in (400, 422)
