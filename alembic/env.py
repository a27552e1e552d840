"""The one Alembic environment, for the kernel and every plugin.

It is run by `tongban.db.migrations`, which hands over an open connection inside a transaction;
there is no ini file, and the `alembic` command is not used.
"""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], **context.config.attributes["options"]
)
context.run_migrations()
