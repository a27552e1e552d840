"""`tongban demo`: the demo campus."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import click
from sqlalchemy.orm import Session

from tongban.cli.context import CliContext
from tongban.db import migrations
from tongban.demo.accounts import DEMO_ACCOUNTS
from tongban.demo.campus import DEFAULT_PEOPLE, LEAST_PEOPLE
from tongban.demo.clearing import clear
from tongban.demo.load import DemoError, has_others, is_empty, load
from tongban.demo.packages import package_folders


@click.group(name="demo")
def command() -> None:
    """The demo campus: an invented university to try things on."""


@command.command(name="load")
@click.option(
    "--people",
    type=click.IntRange(min=LEAST_PEOPLE),
    default=DEFAULT_PEOPLE,
    show_default=True,
    help="Staff and students together; one in fourteen is staff.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing when the database has people.")
@click.pass_obj
def load_command(context: CliContext, people: int, if_empty: bool) -> None:
    """Fill an empty database with the demo campus and the plugins' demo data."""
    _require_ready(context)
    with context.runtime().unit_of_work() as session:
        if if_empty and not is_empty(session):
            click.echo("the database has people already; it is left as it is")
            return
        _fill(context, session, people)


@command.command(name="accounts")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
def accounts_command(as_json: bool) -> None:
    """List the accounts to try the demo campus with."""
    if as_json:
        rows = [asdict(account) for account in DEMO_ACCOUNTS]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for account in DEMO_ACCOUNTS:
        click.echo(f"  {account.number:<13} {account.password}  {account.role}　{account.name}")
        click.echo(f"  {'':<13} {account.unit}：{account.tries}")


@command.command(name="reset")
@click.option(
    "--people",
    type=click.IntRange(min=LEAST_PEOPLE),
    default=DEFAULT_PEOPLE,
    show_default=True,
    help="Size of the new campus.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset_command(context: CliContext, people: int, yes: bool) -> None:
    """Throw the demo's data away and load the campus anew; the audit log stays."""
    _require_ready(context)
    runtime = context.runtime()
    name = runtime.engine.url.render_as_string(hide_password=True)
    if not yes:
        click.confirm(f"throw away everything in {name}?", abort=True)
    with runtime.unit_of_work() as session:
        if has_others(session):
            context.fail("the database holds people who are not of the demo campus")
        clear(session, runtime.host)
        _fill(context, session, people)


def _fill(context: CliContext, session: Session, people: int) -> None:
    started = time.monotonic()
    packages = package_folders()
    runtime = context.runtime()
    runtime.refresh(now=True)
    try:
        campus = load(session, people, host=runtime.host, packages=packages)
    except DemoError as error:
        context.fail(str(error))
    seconds = time.monotonic() - started
    click.echo(
        f"demo campus loaded: {len(campus.people)} people, {len(campus.units)} units, "
        f"{len(packages)} service packages, {seconds:.1f} s"
    )


def _require_ready(context: CliContext) -> None:
    """Keep accounts with a public password out of production; need the tables."""
    if not context.settings["development"]:
        context.fail(
            "the demo campus has a public password; it needs the setting development = true"
        )
    if migrations.pending(context.runtime()):
        context.fail("the database is not up to date; run `tongban migrate` first")
