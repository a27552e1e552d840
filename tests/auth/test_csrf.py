"""Requests that another site makes a browser send."""

from __future__ import annotations

from typing import Any

import pytest

from tongban.testing.browsing import Browser
from tongban.testing.factories import PASSWORD, Campus, MadePerson


@pytest.fixture
def person(campus: Campus) -> MadePerson:
    return campus.person()


def end_others(browser: Browser, token: str, **headers: str) -> Any:
    return browser.post(
        "/me/sessions/end-others", {"csrf_token": token}, headers=headers, expect_errors=True
    )


def test_an_unsafe_request_needs_the_sessions_token(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    right = app.csrf_token()
    for wrong in ("", "x", right[:-1], right + "x", "é" * 40, "\udcff"):
        page = end_others(app, wrong.encode("utf-8", "replace").decode())
        assert page.status_int == 400
        assert "页面已过期" in page
    assert end_others(app, right).status_int == 303


def test_the_token_of_one_session_does_not_serve_another(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    other = app.another()
    other.sign_in(person)
    assert end_others(app, other.csrf_token()).status_int == 400


def test_the_token_may_come_in_a_header(app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    page = app.post("/me/sessions/end-others", headers={"X-CSRF-Token": app.csrf_token()})
    assert page.status_int == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8081"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_origin_is_refused_even_with_the_token(
    app: Browser, person: MadePerson, headers: dict[str, str]
) -> None:
    app.sign_in(person)
    assert end_others(app, app.csrf_token(), **headers).status_int == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},  # a proxy in front ends TLS
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
def test_our_own_pages_are_not_refused(
    app: Browser, person: MadePerson, headers: dict[str, str]
) -> None:
    app.sign_in(person)
    assert end_others(app, app.csrf_token(), **headers).status_int == 303


def sign_in_post(browser: Browser, person: MadePerson, token: str) -> Any:
    return browser.post(
        "/login",
        {"csrf_token": token, "username": person.number, "password": PASSWORD},
        expect_errors=True,
    )


def test_nobody_can_be_signed_in_by_another_site(app: Browser, person: MadePerson) -> None:
    """Neither without a token, nor with the attacker's own, nor with a forged cookie."""
    assert sign_in_post(app, person, "").status_int == 400
    attacker = app.another()
    taken = attacker.get("/login").forms["sign-in"]["csrf_token"].value
    assert sign_in_post(app, person, taken).status_int == 400
    app.get("/login")
    assert sign_in_post(app, person, taken).status_int == 400
    app.set_cookie("tongban_guest", "chosen.chosen")
    assert sign_in_post(app, person, "chosen").status_int == 400
    assert "tongban_session" not in app.cookies


def test_a_sign_in_page_opened_long_ago_still_works(app: Browser, person: MadePerson) -> None:
    form = app.get("/login").forms["sign-in"]
    app.get("/login")
    form["username"], form["password"] = person.number, PASSWORD
    assert form.submit().status_int == 303


def test_a_form_of_before_signing_out_does_not_count_afterwards(
    app: Browser, person: MadePerson
) -> None:
    app.sign_in(person)
    token = app.csrf_token()
    app.sign_out()
    app.sign_in(person)
    assert end_others(app, token).status_int == 400
