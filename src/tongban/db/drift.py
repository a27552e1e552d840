"""Models against migrations: what differs, and writing the revision that mends it.

Each branch sees its own tables alone, told by their prefix: a plugin's `<id>_…`, the kernel's
without one. Otherwise the tables of a plugin that is not loaded would seem to be ones to drop.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DowngradeOps, DropTableOp, MigrationScript, UpgradeOps
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from tongban.db import Base
from tongban.db.migrations import (
    KERNEL,
    MigrationError,
    Parts,
    branch,
    folders_of,
    forget_scripts,
    pending,
    read_scripts,
)
from tongban.db.types import BigInt, EncryptedText, JsonData, UtcDateTime
from tongban.pluginhost.plugin import installed_ids

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost

IncludeObject = Callable[[SchemaItem, str | None, str, bool, SchemaItem | None], bool]

# Kept by DDL of their own (`tongban.db.search`), unknown to the models.
_SEARCH = re.compile(r"\w+_search(_data|_idx|_content|_docsize|_config)?")

# Names that `alembic/script.py.mako` defines, or plain SQLAlchemy: a revision must mean the same
# however the types of the house change.
_RENDERED: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda kind: kind is BigInt, "BigInt"),
    (lambda kind: kind is JsonData, "Json"),
    (lambda kind: isinstance(kind, UtcDateTime), "sa.DateTime(timezone=True)"),
    (lambda kind: isinstance(kind, EncryptedText), "sa.LargeBinary()"),
)


def load_models(host: PluginHost) -> None:
    """Import the tables of the kernel and of every loaded plugin."""
    importlib.import_module("tongban.models")
    for _plugin, module in host.collect("tongban_models"):
        importlib.import_module(module)


def owner_of(table: str, plugin_ids: Collection[str]) -> str:
    """Return whose table it is: the plugin's whose prefix it has, else the kernel's."""
    owner = table.partition("_")[0]
    return owner if owner in plugin_ids else KERNEL


def check(parts: Parts) -> list[str]:
    """Return in what the database differs from the models, one line each; none is good.

    The database must be up to date. Raises MigrationError, PluginError.
    """
    load_models(parts.host)
    lines: list[str] = []
    with parts.engine.connect() as connection:
        for label in folders_of(parts.host):
            context = _context(connection, parts, label)
            found = compare_metadata(context, Base.metadata)
            lines += [f"{label}: {_line(difference)}" for difference in found]
    return lines


def make_revision(parts: Parts, label: str, message: str) -> Path | None:
    """Write the revision that brings the tables of `label` to its models; None if none is needed.

    It is compared with the database of `parts`, which must be up to date. Read it before you keep
    it: a renamed column looks like a dropped and an added one, and search indexes
    (`tongban.db.search`) are not compared. Raises MigrationError, PluginError.
    """
    load_models(parts.host)
    folder = folders_of(parts.host).get(label)
    if folder is None:
        raise MigrationError(f"{label}: not a loaded plugin with a folder of migrations")
    folder.mkdir(parents=True, exist_ok=True)
    waiting = pending(parts, label=label)
    if waiting:
        raise MigrationError(f"{', '.join(waiting)} is pending; run `tongban migrate` first")
    scripts = read_scripts(parts.host)
    with parts.engine.connect() as connection:
        context = _context(connection, parts, label)
        script = produce_migrations(context, Base.metadata)
        if script.upgrade_ops is None or script.upgrade_ops.is_empty():
            return None
        return _write(scripts, label, folder, message, script, context)


def _write(
    scripts: ScriptDirectory,
    label: str,
    folder: Path,
    message: str,
    found: MigrationScript,
    context: MigrationContext,
) -> Path:
    before = branch(scripts, label)

    def render(operations: UpgradeOps | DowngradeOps | None) -> str:
        return render_python_code(
            operations or UpgradeOps(),
            render_as_batch=bool(before),  # SQLite changes a table by copying it
            render_item=_render_item,
            migration_context=context,
        )

    if not before and found.downgrade_ops is not None:
        found.downgrade_ops.ops = [
            operation
            for operation in _flat(found.downgrade_ops)
            if isinstance(operation, DropTableOp)
        ]
    written = scripts.generate_revision(
        f"{label}_{len(before) + 1:04}",
        message,
        head=before[-1].revision if before else "base",
        branch_labels=None if before else label,
        version_path=str(folder),
        upgrades=render(found.upgrade_ops),
        downgrades=render(found.downgrade_ops),
        imports="",
    )
    if written is None:
        raise MigrationError(f"{label}: the revision could not be written to {folder}")
    forget_scripts()
    return Path(written.path)


def _flat(container: Any) -> Iterator[Any]:
    for operation in container.ops:
        if hasattr(operation, "ops"):
            yield from _flat(operation)
        else:
            yield operation


def _context(connection: Connection, parts: Parts, label: str) -> MigrationContext:
    return MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_object": _only(label, _known_ids(parts.host)),
            "target_metadata": Base.metadata,
        },
    )


def _known_ids(host: PluginHost) -> set[str]:
    """Return the ids of loaded plugins and of those that are only installed."""
    return {*installed_ids(), *(plugin.id for plugin in host.plugins())}


def _only(label: str, plugin_ids: set[str]) -> IncludeObject:
    def include(
        item: SchemaItem, name: str | None, kind: str, reflected: bool, _other: SchemaItem | None
    ) -> bool:
        if name is not None and reflected and _SEARCH.fullmatch(name):
            return False
        table = name if kind == "table" else getattr(item, "table", None)
        table = getattr(table, "name", table)
        return table is None or owner_of(str(table), plugin_ids) == label

    return include


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    if kind == "type":
        for fits, text in _RENDERED:
            if fits(item):
                return text
    return False


def _line(difference: Any) -> str:
    """Return a difference in words; changes of a column come as a list of tuples."""
    if isinstance(difference, list):
        return "; ".join(_line(one) for one in difference)
    what, *parts = difference
    names = [getattr(part, "name", part) for part in parts]
    return " ".join([str(what), *(str(name) for name in names if name is not None)])
