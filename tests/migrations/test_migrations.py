"""One environment, a labelled branch for the kernel and for each plugin."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from tongban.db import drift, make_engine
from tongban.db.migrations import (
    MigrationError,
    current_revisions,
    downgrade_plugin,
    environment_folder,
    migrating,
    orphans,
    pending,
    read_scripts,
    upgrade_all,
)
from tongban.models import metadata
from tongban.pluginhost.host import PluginHost
from tongban.testing.databases import postgres_database

MakePlugin = Callable[..., str]

WITH_TABLES = """
from pathlib import Path

@hookimpl
def tongban_migrations():
    return Path(__file__).parent / "migrations"
"""
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "{name}_0001"
down_revision = None
branch_labels = ("{name}",)

def upgrade():
    op.create_table(
        "{name}_note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id")),
    )

def downgrade():
    op.drop_table("{name}_note")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "{name}_0002"
down_revision = "{name}_0001"
branch_labels = None

def upgrade():
    with op.batch_alter_table("{name}_note") as batch:
        batch.add_column(sa.Column("text", sa.String(40), nullable=False, server_default=""))

def downgrade():
    with op.batch_alter_table("{name}_note") as batch:
        batch.drop_column("text")
"""


class Parts:
    """What migrations need of a process."""

    def __init__(self, engine: Engine, *plugin_ids: str) -> None:
        self.engine = engine
        self.host = PluginHost()
        self.host.load(plugin_ids)

    def tables(self) -> set[str]:
        return set(inspect(self.engine).get_table_names())

    def heads(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(current_revisions(connection))


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database: SQLite, or PostgreSQL when the run says so."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/test.db"
        if request.config.getoption("--database") == "postgresql":
            server = request.getfixturevalue("runtimes").server()
            empty = stack.enter_context(postgres_database(server))
            url = empty.render_as_string(hide_password=False)
        engine = make_engine(url)
        stack.callback(engine.dispose)
        yield engine


@pytest.fixture
def with_tables(make_plugin: MakePlugin) -> Callable[..., str]:
    def make(*revisions: str, plugin_id: str, code: str = WITH_TABLES) -> str:
        files = {
            f"migrations/{plugin_id}_{number:04}.py": text.replace("{name}", plugin_id)
            for number, text in enumerate(revisions or (FIRST, SECOND), 1)
        }
        return make_plugin(code, plugin_id=plugin_id, files=files)

    return make


def test_an_empty_database_becomes_the_kernels(engine: Engine) -> None:
    parts = Parts(engine)
    assert pending(parts) == ["kernel_0001"]
    assert upgrade_all(parts) == ["kernel_0001"]
    assert pending(parts) == []
    assert upgrade_all(parts) == []
    assert set(metadata.tables) - {"alembic_version"} <= parts.tables() | {
        name for name in metadata.tables if drift.owner_of(name, ["hall", "workflow"]) != "kernel"
    }


def test_migrations_make_what_the_models_say(engine: Engine) -> None:
    """When this fails: change a model only together with a new revision."""
    parts = Parts(engine)
    upgrade_all(parts)
    assert drift.check(parts) == []


def test_the_audit_log_is_guarded_and_people_can_be_found(engine: Engine) -> None:
    parts = Parts(engine)
    upgrade_all(parts)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO audit_seal (seq, event_id, hash) VALUES (1, 1, 'x')"))
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_seal"))


def test_plugins_come_after_the_kernel_in_their_own_branches(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    two, one = with_tables(plugin_id="mtwo"), with_tables(FIRST, plugin_id="mone")
    parts = Parts(engine, two, one)
    expected = ["kernel_0001", "mtwo_0001", "mtwo_0002", "mone_0001"]
    assert pending(parts) == expected
    assert pending(parts, label="mtwo") == ["mtwo_0001", "mtwo_0002"]
    assert upgrade_all(parts) == expected
    assert parts.heads() == {"kernel_0001", "mtwo_0002", "mone_0001"}
    assert pending(parts) == []


def test_every_plugin_goes_down_and_up_again(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    one, two = with_tables(plugin_id="mone"), with_tables(plugin_id="mtwo")
    parts = Parts(engine, one, two)
    upgrade_all(parts)
    before = parts.tables()
    assert downgrade_plugin(parts, "mone") == ["mone_0002", "mone_0001"]
    assert before - parts.tables() == {"mone_note"}
    assert downgrade_plugin(parts, "mone") == []
    assert upgrade_all(parts) == ["mone_0001", "mone_0002"]
    assert parts.tables() == before


def test_a_plugin_that_is_off_keeps_its_tables_and_migrations(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    parts = Parts(engine, with_tables(plugin_id="mone"))
    parts.host.set_disabled(["mone"])
    assert "mone_0002" in upgrade_all(parts)
    assert "mone_note" in parts.tables()


def test_a_plugin_that_is_installed_but_not_in_the_settings_is_left_alone(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    """Its revisions stay readable, also in safe mode; nothing of it runs or is dropped."""
    upgrade_all(Parts(engine, with_tables(FIRST, plugin_id="mone")))
    without = Parts(engine)
    assert pending(without) == []
    assert upgrade_all(without) == []
    assert orphans(without) == []
    assert drift.check(without) == []
    assert "mone_note" in without.tables()
    assert downgrade_plugin(without, "mone") == ["mone_0001"]
    assert "mone_note" not in without.tables()


def test_a_plugin_that_was_uninstalled_is_named(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    upgrade_all(Parts(engine, with_tables(plugin_id="mone")))
    _uninstall("mone")
    without = Parts(engine)
    assert orphans(without) == ["mone_0002"]
    assert pending(without) == []
    with pytest.raises(MigrationError, match=r"has tables of mone \(mone_0002\)"):
        upgrade_all(without)
    with pytest.raises(MigrationError, match="mone: no migrations found"):
        downgrade_plugin(without, "mone")


def _uninstall(plugin_id: str) -> None:
    for folder in sys.path:
        if (Path(folder) / f"tongban_{plugin_id}").is_dir():
            shutil.rmtree(Path(folder) / f"tongban_{plugin_id}")
            shutil.rmtree(Path(folder) / f"tongban_{plugin_id}-1.2.dist-info")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('revision = "{name}_0001"', 'revision = "other_0001"', "must start with mbad_"),
        ('revision = "{name}_0001"', f'revision = "{{name}}_{"0" * 40}1"', "at most 32 characters"),
        ('branch_labels = ("{name}",)', 'branch_labels = ("hall2",)', "must have the label mbad"),
        ('branch_labels = ("{name}",)', "branch_labels = None", "needs branch_labels = ('mbad',)"),
        ("down_revision = None", "down_revision = None\ndepends_on = 'kernel_0001'", "depends_on"),
        ("down_revision = None", "down_revision = 'nothing'", "cannot read the migrations"),
    ],
)
def test_revisions_that_break_the_rules_are_named(
    engine: Engine, with_tables: Callable[..., str], old: str, new: str, words: str
) -> None:
    assert old in FIRST
    plugin_id = with_tables(FIRST.replace(old, new), plugin_id="mbad")
    with pytest.raises(MigrationError) as caught:
        pending(Parts(engine, plugin_id))
    assert words in str(caught.value)


def test_two_heads_are_named(engine: Engine, with_tables: Callable[..., str]) -> None:
    third = SECOND.replace("_0002", "_0003")
    with pytest.raises(MigrationError, match=r"mfork: its migrations end in several heads"):
        pending(Parts(engine, with_tables(FIRST, SECOND, third, plugin_id="mfork")))


def test_a_migration_that_fails_leaves_everything_as_it_was(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    broken = SECOND.replace("def upgrade():", "def upgrade():\n    op.drop_table('nothing')")
    parts = Parts(engine, with_tables(FIRST, broken, plugin_id="mone"))
    with pytest.raises(Exception, match="nothing"):
        upgrade_all(parts)
    assert parts.heads() == set()
    assert "person" not in parts.tables()


def test_changing_a_table_keeps_what_refers_to_it(
    engine: Engine, with_tables: Callable[..., str]
) -> None:
    """SQLite copies a table to change it; what refers to it must not be deleted with it."""
    made = """
    op.create_table(
        "{name}_child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("note_id", sa.Integer, sa.ForeignKey("{name}_note.id", ondelete="CASCADE")),
    )

def downgrade():"""
    child = FIRST.replace("\ndef downgrade():", made)
    parts = Parts(engine, with_tables(child, plugin_id="mone"))
    upgrade_all(parts)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO mone_note (id) VALUES (1)"))
        connection.execute(text("INSERT INTO mone_child (id, note_id) VALUES (1, 1)"))
    with migrating(engine) as connection:
        from alembic.migration import MigrationContext
        from alembic.operations import Operations
        from sqlalchemy import Column, String

        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("mone_note", recreate="auto") as batch:
            batch.alter_column("person_id", new_column_name="whom")
            batch.add_column(Column("text", String(9)))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM mone_child")).scalar_one() == 1


def test_a_migration_may_not_leave_broken_references(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/test.db")
    upgrade_all(Parts(engine))
    statement = """INSERT INTO position (unit_id, name, "rank", sort) VALUES (77, 'x', 'head', 0)"""
    with (
        pytest.raises(MigrationError, match="broken references in position"),
        migrating(engine) as connection,
    ):
        connection.execute(text(statement))
    engine.dispose()


def test_a_first_revision_is_written_from_the_models(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tongban plugin revision` on an empty database makes what `kernel_0001` makes."""
    from tongban.db import migrations

    folder = tmp_path / "alembic"
    shutil.copytree(environment_folder(), folder)
    for path in (folder / "versions").glob("*.py"):
        path.unlink()
    monkeypatch.setattr(migrations, "environment_folder", lambda: folder)
    parts = Parts(engine)
    written = drift.make_revision(parts, "kernel", "tables")
    assert written is not None
    assert written.name == "kernel_0001_tables.py"
    assert written.read_text(encoding="utf-8").count("op.create_table(") > 15
    upgrade_all(parts)
    assert drift.check(parts) == []
    assert drift.make_revision(parts, "kernel", "again") is None


def test_the_rules_hold_for_every_revision_of_the_product() -> None:
    scripts = read_scripts(PluginHost())
    names = {revision.revision for revision in scripts.walk_revisions()}
    assert "kernel_0001" in names


def test_purging_by_command(
    engine: Engine,
    with_tables: Callable[..., str],
    make_own_runtime: Callable[..., object],
    run_command: Callable[..., tuple[int, str]],
) -> None:
    """Data goes only when somebody says so, and not while the plugin is in use."""
    from tongban.web.runtime import Runtime, build_runtime

    runtime = make_own_runtime((with_tables(plugin_id="mpurge"),))
    assert isinstance(runtime, Runtime)
    code, output = run_command(runtime, "plugin", "purge", "mpurge", "--yes")
    assert (code, "take it out of the setting" in output) == (1, True)
    without = build_runtime(runtime.settings, safe_mode=True)
    code, output = run_command(without, "plugin", "purge", "mpurge", input="no\n")
    assert (code, "nothing was changed" in output) == (1, True)
    assert "mpurge_note" in inspect(without.engine).get_table_names()
    code, output = run_command(without, "plugin", "purge", "mpurge", input="mpurge\n")
    assert (code, "2 migrations undone" in output) == (0, True)
    assert "mpurge_note" not in inspect(without.engine).get_table_names()
    without.close()
