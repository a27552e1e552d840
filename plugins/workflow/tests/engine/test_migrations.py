"""The migrations make exactly the tables that the code uses, and take them away again."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, create_engine, inspect

import tongban_workflow
from tongban.models import metadata
from tongban.testing.databases import postgres_database, postgres_server

FOLDER = Path(tongban_workflow.__file__).parent / "migrations"
PREFIX = "workflow_"


def revisions() -> list[ModuleType]:
    """Return the plugin's revisions, oldest first."""
    modules = []
    for path in sorted(FOLDER.glob("workflow_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        modules.append(module)
    return modules


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """An empty database with the tables that the plugin's refer to."""
    if request.param == "sqlite":
        with create_engine("sqlite://").connect() as connection:
            yield _prepared(connection)
        return
    with postgres_server(tmp_path) as server, postgres_database(server) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            yield _prepared(connection)
        engine.dispose()


def _prepared(connection: Connection) -> Connection:
    bare = MetaData()
    for name in ("org_unit", "person"):
        metadata.tables[name].to_metadata(bare)
    for table in bare.tables.values():
        table.indexes.clear()
    bare.create_all(connection)
    return connection


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or str(name).startswith(PREFIX)


def test_up_makes_the_tables_of_the_models_and_down_removes_them(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"include_object": _ours})
    with Operations.context(context):
        for module in revisions():
            module.upgrade()
    assert compare_metadata(context, metadata) == []
    with Operations.context(context):
        for module in reversed(revisions()):
            module.downgrade()
    left = [name for name in inspect(connection).get_table_names() if name.startswith(PREFIX)]
    assert left == []
