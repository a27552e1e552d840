"""`tongban audit`: verify, list and export the audit log."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tongban.audit.exporting import as_csv
from tongban.audit.search import EXPORT_LIMIT, EventFilter, exported
from tongban.audit.services import VerifyReport, record, seal, verify
from tongban.cli.context import CliContext
from tongban.web.formats import Formats

_HEAD = re.compile(r"([0-9]+):([0-9a-f]{64})")


@click.group(name="audit")
def command() -> None:
    """The audit log: verify, list, export."""


@command.command(name="verify")
@click.option("--expect", metavar="SEQ:HASH", help="A head noted earlier; it must still be there.")
@click.pass_obj
def verify_command(context: CliContext, expect: str | None) -> None:
    """Walk the chain of seals and name the first fault; exit status 1 if there is one."""
    with context.runtime().unit_of_work(writes=False) as session:
        report = verify(session, expect=_read_head(context, expect))
    _say(report)
    if not report.good:
        raise SystemExit(1)


@command.command(name="seal")
@click.pass_obj
def seal_command(context: CliContext) -> None:
    """Seal every event that is not sealed yet (a job does this every minute)."""
    total = 0
    while True:
        with context.runtime().unit_of_work() as session:
            number = seal(session, sweep=True)
        total += number
        if not number:
            break
    click.echo(f"{total} events sealed")


@command.command(name="list")
@click.option("--person", default="", help="Name or number.")
@click.option("--action", default="", help="First part of the action, such as `grant.`.")
@click.option("--limit", type=click.IntRange(1, EXPORT_LIMIT), default=20, show_default=True)
@click.pass_obj
def list_command(context: CliContext, person: str, action: str, limit: int) -> None:
    """List events, newest first."""
    wanted = EventFilter(person=person, family=action)
    formats = Formats(context.settings["site.timezone"])
    with context.runtime().unit_of_work(writes=False) as session:
        for row in exported(session, wanted, limit=limit):
            thing = row.object_name or row.object_id
            click.echo(
                f"{formats.time(row.at)}  {row.actor or '系统'}  {row.action}  {thing}"
                f"  {row.outcome}  {row.address}"
            )


@command.command(name="export")
@click.option("--person", default="", help="Name or number.")
@click.option("--action", default="", help="First part of the action, such as `grant.`.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=EXPORT_LIMIT, show_default=True)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@click.pass_obj
def export_command(context: CliContext, person: str, action: str, limit: int, target: Path) -> None:
    """Write events as CSV to TARGET; the export itself is recorded."""
    wanted = EventFilter(person=person, family=action)
    with context.runtime().unit_of_work() as session:
        rows = list(exported(session, wanted, limit=limit))
        detail = {"person": person, "action": action, "rows": len(rows), "by": "command line"}
        record(session, "audit.export", object_type="audit", detail=detail)
    target.write_bytes(as_csv(rows, Formats(context.settings["site.timezone"])))
    click.echo(f"{len(rows)} events written to {target}")


def _read_head(context: CliContext, text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    match = _HEAD.fullmatch(text)
    if match is None:
        context.fail("--expect needs SEQ:HASH as `tongban audit verify` prints it")
    return int(match[1]), match[2]


def _say(report: VerifyReport) -> None:
    if report.fault is not None:
        click.echo(f"BAD ({report.fault.kind}): {report.fault.text}", err=True)
        return
    click.echo(f"{report.sealed} events sealed and intact, {report.unsealed} wait for their seal")
    if report.sealed:
        click.echo(f"head {report.head_seq}:{report.head_hash}")
