"""`tongban plugin`: what operators and authors of plugins ask for by command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tongban.web.runtime import Runtime, build_runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]
RunCommand = Callable[..., tuple[int, str]]


def test_list(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, run_command: RunCommand
) -> None:
    base = make_plugin(title="基础")
    user = make_plugin(title="使用者", requires=(base,))
    runtime = make_own_runtime((user, base))
    assert run_command(runtime, "plugin", "disable", base) == (
        0,
        f"{base} is off\noff with it, because they require it: {user}\n",
    )
    assert run_command(runtime, "plugin", "disable", base)[1].startswith(f"{base} was off already")
    code, output = run_command(runtime, "plugin", "list")
    assert code == 0
    lines = output.splitlines()
    assert [line.split()[:3] for line in lines] == [[user, "1.2", "off"], [base, "1.2", "off"]]
    assert run_command(runtime, "plugin", "enable", base) == (0, f"{base} is on\n")
    assert run_command(runtime, "plugin", "enable", "nowhere")[0] == 1


def test_list_without_plugins(make_own_runtime: MakeRuntime, run_command: RunCommand) -> None:
    assert run_command(make_own_runtime(()), "plugin", "list") == (0, "no plugins are loaded\n")


def test_a_broken_plugin_can_be_switched_off_in_safe_mode(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, run_command: RunCommand
) -> None:
    plugin_id = make_plugin()
    runtime = make_own_runtime((plugin_id,))
    safe = build_runtime(runtime.settings, safe_mode=True)
    assert safe.host.plugins() == []
    assert run_command(safe, "plugin", "disable", plugin_id)[0] == 0
    runtime.refresh(now=True)
    assert not runtime.host.is_enabled(plugin_id)
    safe.close()


def test_check_says_what_is_good_and_what_is_not(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, run_command: RunCommand
) -> None:
    good = make_plugin()
    assert run_command(make_own_runtime((good,)), "plugin", "check") == (0, f"{good} 1.2: good\n")
    bad = make_plugin("@hookimpl\ndef tongban_configure(config): config.add_route('x', '/x')\n")
    code, output = run_command(make_own_runtime((bad,)), "plugin", "check")
    assert code == 1
    assert f"plugin {bad}: route x must start with {bad}." in output


def test_check_finds_tables_that_differ_from_their_models(
    make_own_runtime: MakeRuntime, run_command: RunCommand
) -> None:
    runtime = make_own_runtime(())
    with runtime.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE generation ADD COLUMN stray INTEGER")
    code, output = run_command(runtime, "plugin", "check")
    assert code == 1
    assert "kernel: remove_column generation stray" in output


def test_hooks(run_command: RunCommand, make_own_runtime: MakeRuntime) -> None:
    runtime = make_own_runtime(())
    code, output = run_command(runtime, "plugin", "hooks")
    assert code == 0
    assert "tongban_home_cards" in output
    page = run_command(runtime, "plugin", "hooks", "--markdown")[1]
    assert page == (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")


def test_a_revision_is_written_into_the_plugin(
    make_plugin: MakePlugin,
    make_own_runtime: MakeRuntime,
    run_command: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

    from tongban.db import drift

    plugin_id = make_plugin(
        """
        from pathlib import Path
        @hookimpl
        def tongban_migrations():
            return Path(__file__).parent / "migrations"
        """,
        files={"migrations/README": ""},
    )
    runtime = make_own_runtime((plugin_id,))
    metadata = MetaData()
    Table("person", metadata, Column("id", Integer, primary_key=True))
    Table(
        f"{plugin_id}_note",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", ForeignKey("person.id")),
    )
    monkeypatch.setattr(drift.Base, "metadata", metadata)
    code, output = run_command(runtime, "plugin", "revision", plugin_id, "first tables")
    assert code == 0
    folder = tmp_path / "site" / f"tongban_{plugin_id}" / "migrations"
    (written,) = folder.glob("*.py")
    assert written.name == f"{plugin_id}_0001_first_tables.py"
    assert f"branch_labels = ('{plugin_id}',)" in written.read_text(encoding="utf-8")
    code, output = run_command(runtime, "plugin", "revision", plugin_id, "more")
    assert code == 1
    assert f"{plugin_id}_0001 is pending" in output
    assert run_command(runtime, "plugin", "revision", "nowhere", "x")[0] == 1
