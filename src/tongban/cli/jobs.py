"""`tongban jobs`: list, retry, discard and run jobs; schedules."""

from __future__ import annotations

import signal
import threading

import click

from tongban.cli.context import CliContext
from tongban.jobs import schedules as schedule_services
from tongban.jobs import services
from tongban.jobs.engine import EmbeddedEngine
from tongban.jobs.listing import STATES, find_jobs, first_line
from tongban.jobs.runner import run_pending
from tongban.web.formats import Formats
from tongban.web.refusals import Refusal


@click.group(name="jobs")
def command() -> None:
    """Jobs and schedules: list, retry, run."""


@command.command(name="list")
@click.option("--state", type=click.Choice(STATES), default=services.DEAD, show_default=True)
@click.option("--kind", default="", help="Only this kind.")
@click.pass_obj
def list_command(context: CliContext, state: str, kind: str) -> None:
    """Count open jobs and list the newest of one state."""
    formats = Formats(context.settings["site.timezone"])
    with context.runtime().unit_of_work(writes=False) as session:
        facts = services.figures(session)
        page = find_jobs(session, state, kind, None)
    counts = ", ".join(f"{number} {name}" for name, number in facts.by_state.items())
    click.echo(f"{counts}; the oldest due job waits {facts.oldest_ready_seconds:.0f} s")
    for row in page.rows:
        click.echo(
            f"{row.id}  {row.kind}  {row.attempts}/{row.max_attempts}"
            f"  {formats.time(row.run_at)}  {first_line(row.last_error)}"
        )


@command.command(name="retry")
@click.argument("job_ids", type=int, nargs=-1)
@click.option("--all-dead", is_flag=True, help="Every dead job.")
@click.pass_obj
def retry_command(context: CliContext, job_ids: tuple[int, ...], all_dead: bool) -> None:
    """Make dead jobs ready again, with all their attempts."""
    if not job_ids and not all_dead:
        context.fail("name the ids of dead jobs (`tongban jobs list`), or use --all-dead")
    with context.runtime().unit_of_work() as session:
        ids = services.dead_ids(session) if all_dead else job_ids
        for job_id in ids:
            try:
                services.retry(session, None, job_id)
            except Refusal as refusal:
                context.fail(f"job {job_id}: {refusal.text}")
    click.echo(f"{len(ids)} jobs are ready again")


@command.command(name="discard")
@click.argument("job_ids", type=int, nargs=-1, required=True)
@click.pass_obj
def discard_command(context: CliContext, job_ids: tuple[int, ...]) -> None:
    """Delete dead jobs; their work is not done."""
    with context.runtime().unit_of_work() as session:
        for job_id in job_ids:
            try:
                services.discard(session, None, job_id)
            except Refusal as refusal:
                context.fail(f"job {job_id}: {refusal.text}")
    click.echo(f"{len(job_ids)} jobs discarded")


@command.command(name="run")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
@click.pass_obj
def run_command(context: CliContext, threads: int, once: bool) -> None:
    """Run jobs in a process of its own, until SIGTERM or Ctrl-C."""
    runtime = context.runtime()
    runtime.refresh(now=True)
    if once:
        report = run_pending(runtime, tick=True)
        click.echo(f"{report.done} done, {report.failed} failed")
        return
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    engine = EmbeddedEngine(runtime, threads=threads)
    engine.start()
    ended.wait()
    engine.stop()


@command.command(name="schedules")
@click.option("--pause", "paused", metavar="NAME", help="Stop a schedule.")
@click.option("--resume", "resumed", metavar="NAME", help="Let a schedule go on.")
@click.pass_obj
def schedules_command(context: CliContext, paused: str | None, resumed: str | None) -> None:
    """List schedules; pause or resume one."""
    runtime = context.runtime()
    formats = Formats(context.settings["site.timezone"])
    with runtime.unit_of_work() as session:
        try:
            if paused:
                schedule_services.pause(session, None, paused)
            if resumed:
                schedule_services.resume(session, None, runtime.jobs, resumed)
        except Refusal as refusal:
            context.fail(refusal.text)
        for facts in schedule_services.listed(session, runtime.jobs):
            state = "paused" if facts.paused else formats.time(facts.next_run_at)
            click.echo(f"{facts.name}  {facts.cron}  {state if facts.declared else 'not loaded'}")
