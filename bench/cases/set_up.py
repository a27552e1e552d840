"""`script/demo --no-serve` on an empty database — beside a bare INSERT of the same rows.

Packages and assets are there already: what is left is keys, migrations and the demo campus. The
floor copies every table of the loaded campus into an empty file with the same tables and indexes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from harness.measuring import Sample, take_turns, timed
from harness.places import ROOT
from harness.processes import run_process
from harness.rows import Budget, Row, compare
from subject.campus import campus_copy, environ, scratch_folder

BUDGET = Budget(30.0, "seconds", "wall")
_MOST_ROUNDS = 3
_SCRIPT = ("sh", "script/demo", "--no-serve")


def run(rounds: int) -> list[Row]:
    """Set up from nothing and copy the rows, in turns. Raises RuntimeError on a bare checkout."""
    if not (ROOT / ".venv" / ".stamp-python").exists():
        raise RuntimeError("run `sh script/demo --no-serve` once, so that no package is missing")
    with campus_copy() as folder:
        samples = take_turns(
            {"ours": _set_up, "floor": lambda: _insert_rows(folder / "campus.db")},
            min(rounds, _MOST_ROUNDS),
        )
    what = "set-up: migrate, load 14,000 people"
    return [compare("set_up", what, samples["ours"], "bare INSERT", samples["floor"], BUDGET)]


def _set_up() -> Sample:
    with scratch_folder("set-up-") as folder:
        settings = environ(folder)
        settings["TONGBAN_CONFIG"] = "etc/development.ini"
        return run_process(_SCRIPT, settings, ROOT)


def _insert_rows(campus: Path) -> Sample:
    with scratch_folder("rows-") as folder, closing(sqlite3.connect(folder / "rows.db")) as target:
        target.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        target.execute("ATTACH ? AS campus", (str(campus),))
        for statement in _statements(target, "table") + _statements(target, "index"):
            target.execute(statement)
        made = target.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in made]
        return timed(lambda: _copy(target, tables))


def _statements(target: sqlite3.Connection, kind: str) -> list[str]:
    """Return what made the campus's tables or indexes; a search index counts by its own tables."""
    rows = target.execute("SELECT sql FROM campus.sqlite_master WHERE type = ?", (kind,))
    return [sql for (sql,) in rows if sql and not sql.startswith("CREATE VIRTUAL")]


def _copy(target: sqlite3.Connection, tables: list[str]) -> None:
    target.execute("BEGIN")
    for table in tables:
        target.execute(f'INSERT INTO main."{table}" SELECT * FROM campus."{table}"')
    target.execute("COMMIT")
