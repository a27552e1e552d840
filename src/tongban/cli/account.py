"""`tongban account`: look after accounts without the console."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from typing import Any

import click
import structlog
from sqlalchemy.orm import Session

from tongban.auth import services
from tongban.auth.devices import device_name
from tongban.auth.sessions import SessionLimits, list_sessions
from tongban.cli.context import CliContext
from tongban.web.formats import Formats
from tongban.web.refusals import FieldRefused

_MOST_LISTED = 1_000


@click.group(name="account")
@click.pass_obj
def command(context: CliContext) -> None:
    """Accounts, named by 学号 or 工号: list, show, passwords, locks, sessions."""
    structlog.contextvars.bind_contextvars(address="", request_id=f"cli:{_operator()}"[:40])


@command.command(name="list")
@click.option("--status", type=click.Choice(services.STATUSES), default=None)
@click.option("--locked", is_flag=True, help="Only accounts that are locked now.")
@click.option("--text", default="", help="Beginning of a number or of a person's name.")
@click.option("--after", default="", help="Go on after this number.")
@click.option("--limit", type=click.IntRange(1, _MOST_LISTED), default=50, show_default=True)
@click.pass_obj
def list_(
    context: CliContext, status: str | None, locked: bool, text: str, after: str, limit: int
) -> None:
    """List accounts in the order of their numbers."""
    with context.runtime().unit_of_work(writes=False) as session:
        locks = services.read_locks(session, services.Limits.of(context.settings))
        found = services.list_accounts(
            session,
            status=status or "",
            text=text,
            after=after,
            only=sorted(locks) if locked else None,
            limit=limit + 1,
        )
    for account in found[:limit]:
        state = "locked" if account.id in locks else account.status
        click.echo(f"{account.username}\t{state}\t{account.name}\t{account.unit_name}")
    if not found:
        click.echo("no account fits", err=True)
    elif len(found) > limit:
        click.echo(f"there are more: --after {found[limit - 1].username}", err=True)


@command.command()
@click.argument("number")
@click.pass_obj
def show(context: CliContext, number: str) -> None:
    """Show one account."""
    show_time = _times(context)
    with context.runtime().unit_of_work(writes=False) as session:
        account = _find(context, session, number)
        locks = services.read_locks(session, services.Limits.of(context.settings))
        open_sessions = list_sessions(
            session, account.id, limits=SessionLimits.of(context.settings)
        )
    left = "" if account.person_status == "active" else "（已离校）"
    facts = (
        ("number", account.username),
        ("person", f"{account.name}{left} ({account.kind}, {account.unit_name})"),
        ("status", account.status),
        ("locked until", show_time(locks.get(account.id)) or "not locked"),
        ("activated", show_time(account.activated_at) or "never"),
        ("password set", show_time(account.password_changed_at) or "unknown"),
        ("sessions", str(len(open_sessions))),
    )
    for name, value in facts:
        click.echo(f"{name + ':':14}{value}")


@command.command()
@click.argument("number")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input.")
@click.option("--generate", is_flag=True, help="Make one and print it.")
@click.pass_obj
def password(context: CliContext, number: str, from_stdin: bool, generate: bool) -> None:
    """Set a password: activates the account, ends its sessions, takes its lock away.

    Asks for the password unless told otherwise; it is never an argument, for those are seen by
    everybody on the machine and kept by the shell.
    """
    runtime = context.runtime()
    with runtime.unit_of_work(writes=False) as session:
        _find(context, session, number)  # before anybody types a password for nobody
    chosen = _chosen_password(from_stdin, generate)
    with runtime.unit_of_work() as session:
        account = _find(context, session, number)
        try:
            ended = services.set_password(session, context.settings, runtime.host, account, chosen)
        except FieldRefused as refusal:
            context.fail(f"password refused: {refusal.text}")
        services.unlock(session, account)
    if generate:
        click.echo(chosen)
    click.echo(f"password of {_named(account)} set; {_ended(ended)}", err=generate)
    if account.status == "disabled":
        click.echo(f"the account is still disabled: tongban account enable {number}", err=True)


@command.command()
@click.argument("number")
@click.pass_obj
def unlock(context: CliContext, number: str) -> None:
    """Take away the lock after too many wrong passwords."""
    with context.runtime().unit_of_work() as session:
        account = _find(context, session, number)
        services.unlock(session, account)
    click.echo(f"{_named(account)} is not locked")


@command.command()
@click.argument("number")
@click.pass_obj
def disable(context: CliContext, number: str) -> None:
    """Switch an account off and end its sessions."""
    runtime = context.runtime()
    with runtime.unit_of_work() as session:
        account = _find(context, session, number)
        ended = services.disable(session, runtime.host, account)
    click.echo(f"{_named(account)} is disabled; {_ended(ended)}")


@command.command()
@click.argument("number")
@click.pass_obj
def enable(context: CliContext, number: str) -> None:
    """Switch a disabled account on again."""
    with context.runtime().unit_of_work() as session:
        account = _find(context, session, number)
        if account.status != "disabled":
            context.fail(f"{_named(account)} is not disabled but {account.status}")
        if account.person_status != "active":
            context.fail(f"{_named(account)} has left (已离校): readmit the person first")
        status = services.enable(session, account)
    click.echo(f"{_named(account)} is {status}")
    if status == "inactive":
        click.echo(f"it has no password: tongban account password {number}", err=True)


@command.command()
@click.argument("number")
@click.pass_obj
def sessions(context: CliContext, number: str) -> None:
    """List where somebody is signed in."""
    show_time = _times(context)
    with context.runtime().unit_of_work(writes=False) as session:
        account = _find(context, session, number)
        found = list_sessions(session, account.id, limits=SessionLimits.of(context.settings))
    for one in found:
        times = f"{show_time(one.created_at)}\t{show_time(one.seen_at)}"
        click.echo(f"{one.public_id}\t{times}\t{one.address}\t{device_name(one.user_agent)}")
    if not found:
        click.echo(f"{_named(account)} is not signed in anywhere", err=True)


@command.command(name="end-sessions")
@click.argument("number")
@click.pass_obj
def end_sessions(context: CliContext, number: str) -> None:
    """Sign somebody out everywhere."""
    runtime = context.runtime()
    with runtime.unit_of_work() as session:
        account = _find(context, session, number)
        ended = services.end_all(session, runtime.host, account.id, actor=None, why="operator")
    click.echo(f"{_named(account)}: {_ended(ended)}")


def _find(context: CliContext, session: Session, number: str) -> services.AccountFacts:
    username = services.plain_username(number)
    account = services.find_account(session, username)
    if account is None:
        near = services.list_accounts(session, text=username, limit=3) if username else []
        names = ", ".join(_named(one) for one in near)
        hint = f"did you mean {names}?" if names else "see `tongban account list`"
        context.fail(f"no account {number!r}: they are named by 学号 or 工号; {hint}")
    return account


def _chosen_password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise click.UsageError("--stdin and --generate exclude each other")
    if generate:
        return services.make_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    return answer


def _named(account: services.AccountFacts) -> str:
    return f"{account.username} {account.name}"


def _ended(number: int) -> str:
    return f"{number} session{'' if number == 1 else 's'} ended"


def _times(context: CliContext) -> Any:
    formats = Formats(context.settings["site.timezone"])

    def show_time(moment: datetime | None) -> str:
        return formats.time(moment)

    return show_time


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
