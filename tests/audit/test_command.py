"""`tongban audit` on a database of its own, as an operator runs it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tongban.audit import guard
from tongban.audit.services import record
from tongban.cli import cli
from tongban.web.runtime import Runtime

pytestmark = pytest.mark.commits

Run = Callable[..., Result]


@pytest.fixture
def run(own_runtime: Runtime, pytestconfig: pytest.Config) -> Run:
    """Run `tongban …` on the runtime's database."""
    url = own_runtime.engine.url.render_as_string(hide_password=False)
    settings_file = pytestconfig.rootpath / "etc/testing.ini"

    def invoke(*arguments: str) -> Result:
        given = ["--config", str(settings_file), *arguments]
        return CliRunner().invoke(cli, given, env={"TONGBAN_DATABASE_URL": url})

    return invoke


def write(runtime: Runtime, number: int) -> None:
    with runtime.unit_of_work() as session:
        for one in range(number):
            record(session, "test.act", object_name=f"物{one}", object_id=one)


def test_a_sound_log_verifies_and_its_head_can_be_asked_for_again(
    own_runtime: Runtime, run: Run
) -> None:
    write(own_runtime, 3)
    assert "3 events sealed" in run("audit", "seal").output
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "3 events sealed and intact, 0 wait" in result.output
    head = result.output.split("head ")[1].strip()
    write(own_runtime, 2)
    run("audit", "seal")
    assert run("audit", "verify", "--expect", head).exit_code == 0
    missing = run("audit", "verify", "--expect", f"99:{'0' * 64}")
    assert missing.exit_code == 1
    assert "ends at link 5" in missing.output
    assert "needs SEQ:HASH" in run("audit", "verify", "--expect", "x").output


def test_a_tampered_log_is_refused_and_the_event_named(own_runtime: Runtime, run: Run) -> None:
    write(own_runtime, 3)
    run("audit", "seal")
    with own_runtime.unit_of_work() as session:
        for statement in guard.drop_statements(session.get_bind().dialect.name):
            session.execute(text(statement))
        session.execute(text("UPDATE audit_event SET object_name = 'x' WHERE id = 2"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "event 2 was changed" in result.output


def test_events_are_listed_and_exported(own_runtime: Runtime, run: Run, tmp_path: Path) -> None:
    write(own_runtime, 3)
    listed = run("audit", "list", "--action", "test.", "--limit", "2").output
    assert "物2" in listed
    assert "物0" not in listed
    assert run("audit", "list", "--action", "grant.").output == ""
    target = tmp_path / "audit.csv"
    assert "3 events written" in run("audit", "export", str(target)).output
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert [row["对象名称"] for row in csv.DictReader(file)] == ["物2", "物1", "物0"]
    assert "audit.export" in run("audit", "list", "--limit", "1").output
