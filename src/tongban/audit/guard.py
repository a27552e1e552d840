"""Triggers that make the audit tables append-only, for the kernel's first migration.

They stop the application and careless hands; whoever may drop a trigger is caught by the chain.
"""

from __future__ import annotations

TABLES = ("audit_event", "audit_seal")

_SQLITE_REFUSE = """\
CREATE TRIGGER {table}_no_{verb} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

# INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
_SQLITE_REPLACE = """\
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_POSTGRESQL_FUNCTION = """\
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""

_POSTGRESQL_ROWS = """\
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_refuse()"""

_POSTGRESQL_TRUNCATE = """\
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"""

_KEYS = {"audit_event": "id", "audit_seal": "seq"}
_VERBS = {"update": "UPDATE", "delete": "DELETE"}


def create_statements(dialect: str) -> list[str]:
    """Return the statements that put the guard up on `sqlite` or `postgresql`."""
    if dialect == "sqlite":
        refusals = [
            _SQLITE_REFUSE.format(table=table, verb=verb, event=event)
            for table in TABLES
            for verb, event in _VERBS.items()
        ]
        replaces = [_SQLITE_REPLACE.format(table=table, key=_KEYS[table]) for table in TABLES]
        return refusals + replaces
    templates = (_POSTGRESQL_ROWS, _POSTGRESQL_TRUNCATE)
    triggers = [template.format(table=table) for table in TABLES for template in templates]
    return [_POSTGRESQL_FUNCTION, *triggers]


def drop_statements(dialect: str) -> list[str]:
    """Return the statements that take the guard down, for a downgrade."""
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER {table}_no_{verb}" for table in TABLES for verb in (*_VERBS, "replace")
        ]
    triggers = [
        f"DROP TRIGGER {table}_no_{what} ON {table}"
        for table in TABLES
        for what in ("change", "truncate")
    ]
    return [*triggers, "DROP FUNCTION audit_refuse()"]
