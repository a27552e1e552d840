"""`tongban demo`: what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tongban.cli import cli
from tongban.demo.accounts import DEMO_ACCOUNTS
from tongban.demo.campus import LEAST_PEOPLE

SETTINGS = Path(__file__).parents[2] / "etc" / "testing.ini"
PEOPLE = str(LEAST_PEOPLE)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "TONGBAN_CONFIG": str(SETTINGS),
        "TONGBAN_DATABASE_URL": f"sqlite:///{tmp_path}/demo.db",
        "TONGBAN_FILES_FOLDER": str(tmp_path / "files"),
    }


def run(environ: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, env=environ)


@pytest.fixture
def migrated(environ: dict[str, str]) -> dict[str, str]:
    assert run(environ, "migrate").exit_code == 0
    return environ


def test_accounts_are_listed_for_people_and_for_scripts(environ: dict[str, str]) -> None:
    listed = run(environ, "demo", "accounts")
    assert listed.exit_code == 0
    rows = json.loads(run(environ, "demo", "accounts", "--json").output)
    assert [row["key"] for row in rows] == [
        "student", "teacher", "head", "unit_admin", "operator",
    ]  # fmt: skip
    for account, row in zip(DEMO_ACCOUNTS, rows, strict=True):
        assert row["number"] == account.number
        assert row["password"] == account.password
        assert account.number in listed.output


def test_loading_needs_a_migrated_database(environ: dict[str, str]) -> None:
    result = run(environ, "demo", "load", "--people", PEOPLE)
    assert result.exit_code == 1
    assert "tongban migrate" in result.output


def test_loading_says_what_it_did_and_loads_once(migrated: dict[str, str]) -> None:
    first = run(migrated, "demo", "load", "--people", PEOPLE)
    assert first.exit_code == 0, first.output
    assert f"{PEOPLE} people" in first.output
    again = run(migrated, "demo", "load", "--people", PEOPLE)
    assert again.exit_code == 1
    assert "not empty" in again.output
    kept = run(migrated, "demo", "load", "--people", PEOPLE, "--if-empty")
    assert kept.exit_code == 0
    assert "left as it is" in kept.output


def test_production_never_gets_accounts_with_a_public_password(migrated: dict[str, str]) -> None:
    result = run({**migrated, "TONGBAN_DEVELOPMENT": "false"}, "demo", "load")
    assert result.exit_code == 1
    assert "development" in result.output


def test_too_few_people_are_refused(migrated: dict[str, str]) -> None:
    result = run(migrated, "demo", "load", "--people", "12")
    assert result.exit_code == 2
    assert PEOPLE in result.output


def test_reset_loads_the_campus_anew(migrated: dict[str, str]) -> None:
    assert run(migrated, "demo", "load", "--people", PEOPLE).exit_code == 0
    result = run(migrated, "demo", "reset", "--yes", "--people", "500")
    assert result.exit_code == 0, result.output
    assert "500 people" in result.output


def test_reset_asks_first(migrated: dict[str, str]) -> None:
    result = CliRunner().invoke(cli, ["demo", "reset"], env=migrated, input="n\n")
    assert result.exit_code == 1
