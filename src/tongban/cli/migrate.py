"""`tongban migrate`: bring the database up to date."""

from __future__ import annotations

import click

from tongban.cli.context import CliContext
from tongban.db import migrations


@click.command(name="migrate")
@click.option("--check", is_flag=True, help="Only say what is pending; exit status 1 if anything.")
@click.pass_obj
def command(context: CliContext, check: bool) -> None:
    """Run the pending migrations of the kernel and of every installed plugin."""
    runtime = context.runtime()
    waiting = migrations.pending(runtime)
    for revision in waiting:
        click.echo(f"pending: {revision}")
    if check:
        raise SystemExit(1 if waiting else 0)
    migrations.upgrade_all(runtime)
    click.echo("database is up to date")
