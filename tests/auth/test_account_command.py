"""`tongban account`, as an operator types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent
from tongban.auth.models import Account
from tongban.cli.account import command
from tongban.cli.context import CliContext
from tongban.testing.browsing import Browser
from tongban.testing.factories import PASSWORD, Campus, MadePerson
from tongban.web.runtime import Runtime

NEW = "Renewed-2026"


@pytest.fixture
def run(runtime: Runtime, db: Session) -> Callable[..., Result]:
    """Run `tongban account …` within the test's transaction."""

    class Context(CliContext):
        def __init__(self) -> None:
            super().__init__(Path("unused.ini"))
            self._settings, self._runtime = runtime.settings, runtime

    def run(*arguments: str, typed: str | None = None) -> Result:
        db.expire_all()
        return CliRunner().invoke(command, arguments, obj=Context(), input=typed)

    return run


@pytest.fixture
def person(campus: Campus) -> MadePerson:
    return campus.person("王小明", kind="student", number="20210304")


def can_sign_in(browser: Browser, person: MadePerson, password: str) -> bool:
    form = browser.another().get("/login").forms["sign-in"]
    form["username"], form["password"] = person.number, password
    return bool(form.submit(expect_errors=True).status_int == 303)


def test_list_shows_accounts_by_number_and_says_when_there_are_more(
    run: Any, campus: Campus
) -> None:
    for name in ("张三", "张四", "李五"):
        campus.person(name)
    lines = run("list").stdout.splitlines()
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert [line.split("\t")[2] for line in run("list", "--text", "张").stdout.splitlines()] == [
        "张三",
        "张四",
    ]
    first = run("list", "--limit", "1")
    number = first.stdout.split("\t")[0]
    assert f"--after {number}" in first.stderr
    assert len(run("list", "--after", number).stdout.splitlines()) == 2
    nobody = run("list", "--text", "100%_")
    assert (nobody.stdout, nobody.stderr) == ("", "no account fits\n")


def test_show_tells_state_lock_and_sessions(run: Any, app: Browser, person: MadePerson) -> None:
    app.sign_in(person)
    for _ in range(5):
        can_sign_in(app, person, "Wrong-2026")
    text = run("show", person.number).stdout
    assert "王小明 (student, 安阳工学院)" in text
    assert "locked until: 20" in text
    assert text.rstrip().endswith("1")
    assert run("list", "--locked").stdout.startswith(f"{person.number}\tlocked\t王小明")


def test_an_unknown_number_is_answered_with_help(run: Any, person: MadePerson) -> None:
    result = run("show", "2021")
    assert result.exit_code == 1
    assert "no account '2021'" in result.stderr
    assert "did you mean 20210304 王小明?" in result.stderr
    assert "tongban account list" in run("show", "9").stderr
    assert "Traceback" not in result.output


def test_unlock_takes_the_lock_away(run: Any, app: Browser, person: MadePerson) -> None:
    for _ in range(5):
        can_sign_in(app, person, "Wrong-2026")
    assert not can_sign_in(app, person, PASSWORD)
    assert run("unlock", person.number).exit_code == 0
    assert can_sign_in(app, person, PASSWORD)
    assert run("list", "--locked").stdout == ""


def test_password_replaces_the_old_one_and_ends_sessions(
    run: Any, app: Browser, person: MadePerson, db: Session
) -> None:
    app.sign_in(person)
    result = run("password", person.number, typed=f"{NEW}\n{NEW}\n")
    assert result.exit_code == 0, result.output
    assert "1 session ended" in result.stdout
    assert NEW not in result.output
    assert app.get("/me/sessions", expect_errors=True).status_int == 303
    assert not can_sign_in(app, person, PASSWORD)
    assert can_sign_in(app, person, NEW)
    events = db.execute(select(AuditEvent.action, AuditEvent.detail)).all()
    assert "account.set_password" in [event.action for event in events]
    assert NEW not in str(events)


def test_a_password_against_the_rules_changes_nothing(
    run: Any, app: Browser, person: MadePerson
) -> None:
    result = run("password", person.number, "--stdin", typed="20210304\n")
    assert result.exit_code == 1
    assert "password refused: 密码须包含" in result.stderr
    assert can_sign_in(app, person, PASSWORD)


def test_a_generated_password_is_all_of_the_output(
    run: Any, app: Browser, person: MadePerson
) -> None:
    result = run("password", person.number, "--generate")
    assert can_sign_in(app, person, result.stdout.strip())
    assert "password of 20210304 王小明 set" in result.stderr


def test_setting_a_password_activates(run: Any, app: Browser, campus: Campus, db: Session) -> None:
    person = campus.person(number="20219999", account=False)
    db.add(Account(person_id=person.id, username=person.number, status="inactive"))
    db.commit()
    assert run("password", person.number, "--stdin", typed=NEW + "\n").exit_code == 0
    assert can_sign_in(app, person, NEW)


def test_disable_throws_out_and_enable_lets_in_again(
    run: Any, app: Browser, person: MadePerson
) -> None:
    app.sign_in(person)
    assert "1 session ended" in run("disable", person.number).stdout
    assert app.get("/me/sessions", expect_errors=True).status_int == 303
    assert not can_sign_in(app, person, PASSWORD)
    assert "is active" in run("enable", person.number).stdout
    assert can_sign_in(app, person, PASSWORD)
    again = run("enable", person.number)
    assert again.exit_code == 1
    assert "is not disabled but active" in again.stderr


def test_nobody_who_left_is_enabled(run: Any, campus: Campus, db: Session) -> None:
    person = campus.person(status="left")
    run("disable", person.number)
    assert "readmit the person first" in run("enable", person.number).stderr


def test_sessions_are_listed_and_ended(run: Any, app: Browser, person: MadePerson) -> None:
    assert "not signed in anywhere" in run("sessions", person.number).stderr
    app.sign_in(person)
    assert "127.0.0.1" in run("sessions", person.number).stdout
    assert "1 session ended" in run("end-sessions", person.number).stdout
    assert app.get("/me/sessions", expect_errors=True).status_int == 303
