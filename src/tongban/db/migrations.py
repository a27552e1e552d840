"""Migrations: one Alembic environment, a labelled branch for the kernel and for each plugin.

Kernel revisions are `kernel_0001`, … in `alembic/versions`; a plugin's are `<id>_0001`, … in its
`migrations` folder. The kernel's always run first, so a plugin's revision names no `depends_on`:
Alembic would otherwise drop the kernel's row from its version table, and the database could not be
understood without the plugin. Migrations never run when the web process starts.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

import tongban
from tongban.db.engine import BEGIN_OPTION, WRITE
from tongban.pluginhost.plugin import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost

KERNEL = "kernel"

_LONGEST_REVISION = 32  # the width of Alembic's version column
_LOCK_NUMBER = 0x746F6E67  # any number, the same in every process


class MigrationError(Exception):
    """Migrations cannot run or break the rules; the message names whose and says why."""


class Parts(Protocol):
    """What migrations need of a process (`tongban.web.runtime.Runtime` has it)."""

    @property
    def engine(self) -> Engine:
        """The database."""

    @property
    def host(self) -> PluginHost:
        """The plugins named in the settings, enabled or not."""


# --- where revisions are --------------------------------------------------------------------------


def environment_folder() -> Path:
    """Return the folder of the environment: the checkout's, or the one inside an installed wheel.

    Raises MigrationError when there is neither.
    """
    package = Path(tongban.__file__).parent
    for folder in (package.parents[1] / "alembic", package / "_alembic"):
        if (folder / "env.py").is_file():
            return folder
    raise MigrationError("the kernel's migrations are missing: install tongban again")


def folders_of(host: PluginHost) -> dict[str, Path]:
    """Return the folders of revisions by branch label: the kernel's first, then plugins' in order.

    Raises PluginError when a plugin's hook fails.
    """
    folders = {KERNEL: environment_folder() / "versions"}
    for plugin, folder in host.collect("tongban_migrations"):
        folders[plugin.id] = Path(folder)
    return folders


def installed_folders() -> dict[str, Path]:
    """Return the folders of every installed plugin by its id, without importing the plugins.

    A plugin that is not in the settings may still have tables: Alembic must be able to read the
    revisions it finds in the database. They are in `migrations` beside the plugin's modules.
    """
    folders: dict[str, Path] = {}
    for entry_point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP):
        spec = importlib.util.find_spec(entry_point.module.partition(".")[0])
        for location in (spec.submodule_search_locations or ()) if spec is not None else ():
            folder = Path(location) / "migrations"
            if folder.is_dir():
                folders[entry_point.name] = folder
    return folders


def read_scripts(host: PluginHost) -> ScriptDirectory:
    """Return every revision that can be seen. Raises MigrationError for one that breaks the rules.

    They are read once a process: revisions do not change under a running one.
    """
    folders = {**installed_folders(), **folders_of(host)}
    return _read_scripts(tuple((label, folder) for label, folder in folders.items()))


def forget_scripts() -> None:
    """Read the revisions anew the next time: one was written."""
    _read_scripts.cache_clear()


@lru_cache(maxsize=16)
def _read_scripts(folders: tuple[tuple[str, Path], ...]) -> ScriptDirectory:
    for label, folder in folders:
        if not folder.is_dir():
            raise MigrationError(f"{label}: no folder of migrations at {folder}")
    scripts = ScriptDirectory(
        str(environment_folder()),
        version_locations=[str(folder) for _label, folder in folders],
        messaging_opts={"quiet": True},
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Alembic only warns of a revision that is not there
            revisions = list(scripts.walk_revisions())
    except (CommandError, KeyError, AttributeError, UserWarning) as error:
        raise MigrationError(f"cannot read the migrations: {error}") from error
    owners = {folder.resolve(): label for label, folder in folders}
    for revision in revisions:
        _check_revision(revision, owners[Path(revision.path).parent.resolve()])
    for label, _folder in folders:
        heads = [revision for revision in revisions if _is_head(revision, label)]
        if len(heads) > 1:
            names = ", ".join(sorted(head.revision for head in heads))
            raise MigrationError(f"{label}: its migrations end in several heads ({names})")
    return scripts


def _check_revision(revision: Script, label: str) -> None:
    name = revision.revision
    if not name.startswith(f"{label}_") or len(name) > _LONGEST_REVISION:
        raise MigrationError(
            f"{label}: revision {name} must start with {label}_ "
            f"and be at most {_LONGEST_REVISION} characters long"
        )
    if revision.dependencies:
        raise MigrationError(
            f"{label}: revision {name} must not name depends_on; the kernel's revisions run first"
        )
    if revision.branch_labels and revision.branch_labels != {label}:
        labels = ", ".join(sorted(revision.branch_labels))
        raise MigrationError(f"{label}: revision {name} must have the label {label}, not {labels}")
    if revision.is_base and not revision.branch_labels:
        raise MigrationError(f"{label}: revision {name} needs branch_labels = ({label!r},)")


def _is_head(revision: Script, label: str) -> bool:
    return bool(revision.is_head) and label in revision.branch_labels


# --- the state of a database ----------------------------------------------------------------------


def current_revisions(connection: Connection) -> frozenset[str]:
    """Return the revisions that the database says it is at, one a branch."""
    context = MigrationContext.configure(connection)
    return frozenset(context.get_current_heads())


def pending(parts: Parts, *, label: str | None = None) -> list[str]:
    """Return the revisions of the kernel and of loaded plugins that wait, in the order they run.

    With `label` only those of that branch. Raises MigrationError.
    """
    scripts = read_scripts(parts.host)
    with parts.engine.connect() as connection:
        applied = _closure(scripts, current_revisions(connection))
    labels = [label] if label is not None else list(folders_of(parts.host))
    return [
        revision.revision
        for one in labels
        for revision in branch(scripts, one)
        if revision.revision not in applied
    ]


def orphans(parts: Parts) -> list[str]:
    """Return revisions in the database whose plugin is not installed any more."""
    with parts.engine.connect() as connection:
        return _orphans(read_scripts(parts.host), connection)


def _orphans(scripts: ScriptDirectory, connection: Connection) -> list[str]:
    known = {revision.revision for revision in scripts.walk_revisions()}
    return sorted(current_revisions(connection) - known)


def branch(scripts: ScriptDirectory, label: str) -> list[Script]:
    """Return the revisions of a branch, oldest first; none if it has none."""
    newest_first = scripts.walk_revisions()
    return [revision for revision in newest_first if label in revision.branch_labels][::-1]


def _closure(scripts: ScriptDirectory, heads: Iterable[str]) -> frozenset[str]:
    """Return the given revisions and all before them; unknown ones are left out."""
    by_name = {revision.revision: revision for revision in scripts.walk_revisions()}
    found: set[str] = set()
    waiting = [name for name in heads if name in by_name]
    while waiting:
        name = waiting.pop()
        found.add(name)
        down = by_name[name].down_revision
        waiting += [down] if isinstance(down, str) else list(down or ())
    return frozenset(found)


# --- running --------------------------------------------------------------------------------------


def upgrade_all(parts: Parts) -> list[str]:
    """Bring the kernel's tables and those of every loaded plugin up to date.

    All in one transaction, in the order kernel, then plugins; return the revisions that ran.
    Raises MigrationError when the database knows a plugin that is not installed.
    """
    scripts = read_scripts(parts.host)
    ran: list[str] = []
    with migrating(parts.engine) as connection:
        _refuse_orphans(_orphans(scripts, connection))
        for label in folders_of(parts.host):
            if branch(scripts, label):
                ran += _run(scripts, connection, f"{label}@head", scripts._upgrade_revs)
    return ran


def downgrade_plugin(parts: Parts, plugin_id: str) -> list[str]:
    """Drop a plugin's tables and all their data; return the revisions that were undone.

    Raises MigrationError when the plugin has no migrations or is not installed.
    """
    if plugin_id == KERNEL:
        raise MigrationError("the kernel's tables cannot be purged")
    scripts = read_scripts(parts.host)
    if not branch(scripts, plugin_id):
        raise MigrationError(f"{plugin_id}: no migrations found; is the plugin installed?")
    with migrating(parts.engine) as connection:
        _refuse_orphans(_orphans(scripts, connection))
        applied = current_revisions(connection)
        if not any(revision.revision in applied for revision in branch(scripts, plugin_id)):
            return []
        return _run(scripts, connection, f"{plugin_id}@base", scripts._downgrade_revs)


def _refuse_orphans(names: list[str]) -> None:
    if names:
        owners = ", ".join(sorted({name.rpartition("_")[0] for name in names}))
        raise MigrationError(
            f"the database has tables of {owners} ({', '.join(names)}), which is not installed: "
            "install it, and purge it with `tongban plugin purge` before removing it"
        )


def _run(
    scripts: ScriptDirectory,
    connection: Connection,
    target: str,
    steps: Callable[[str, Any], Any],
) -> list[str]:
    ran: list[str] = []

    def chosen(heads: Any, _context: MigrationContext) -> Any:
        return steps(target, heads)

    def note(*, step: Any, **_rest: Any) -> None:
        ran.append(step.up_revision_id)

    config = _config(connection, {"on_version_apply": note})
    with EnvironmentContext(config, scripts, fn=chosen, destination_rev=target):
        scripts.run_env()
    return ran


def _config(connection: Connection, options: Mapping[str, Any]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(environment_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    # Batch mode: SQLite changes a table by copying it.
    config.attributes["options"] = {"render_as_batch": True, **options}
    return config


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one transaction in which tables may be changed, and nobody else's.

    SQLite changes tables by copying, which would otherwise delete what refers to them; references
    are checked before the commit instead. Raises MigrationError when one is broken.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _without_foreign_keys(connection) as writing, writing.begin():
                yield writing
                _check_references(writing)
        else:
            with connection.begin():
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
                yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[Connection]:
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
    try:
        yield connection.execution_options(**{BEGIN_OPTION: WRITE})
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise MigrationError(f"the migration would leave broken references in {tables}")
