"""Logs: one JSON object a line, never a secret."""

from __future__ import annotations

import json

import pytest
import structlog

from tongban.web.logs import configure_logs


@pytest.fixture
def json_logs() -> object:
    configure_logs("json", "INFO")
    yield
    configure_logs("console", "CRITICAL")


def test_secrets_never_reach_the_log(json_logs: object, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("x").info(
        "sign-in", password="Tongban-2026", phone="13900002864", csrf_token="abc", route="home"
    )
    line = json.loads(capsys.readouterr().out)
    assert line["route"] == "home"
    assert {line["password"], line["phone"], line["csrf_token"]} == {"(hidden)"}


def test_a_trace_shows_no_local_variables(
    json_logs: object, capsys: pytest.CaptureFixture[str]
) -> None:
    password = "Tongban-2026"
    try:
        raise ValueError(len(password))
    except ValueError as error:
        structlog.get_logger("x").error("unexpected error", exc_info=error)
    printed = capsys.readouterr().out
    assert "ValueError: 12" in printed
    assert "Tongban-2026" not in printed
