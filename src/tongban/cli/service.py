"""`tongban service`: check, install, list and retire service packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tongban.cli.context import CliContext
from tongban.pluginhost import installing
from tongban.pluginhost.package_files import read_package
from tongban.pluginhost.packages import Fault, PackageRefused
from tongban.web.refusals import Refusal

_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@click.group(name="service")
def command() -> None:
    """Service packages: check, install, list, retire."""


@command.command(name="check")
@_PATHS
@click.pass_obj
def check(context: CliContext, paths: Sequence[Path]) -> None:
    """Say what is wrong with service packages; PATHS are folders or zips."""
    runtime = context.runtime()
    runtime.refresh(now=True)
    bad = 0
    for path in paths:
        try:
            content = read_package(path)
            with runtime.unit_of_work(writes=False) as session:
                faults = installing.check(session, runtime.host, content)
        except PackageRefused as refused:
            faults = list(refused.faults)
        bad += bool(faults)
        _report(path, faults) if faults else click.echo(f"{path}: good")
    if bad:
        context.fail(f"{bad} of {len(paths)} packages cannot be installed")


@command.command(name="install")
@_PATHS
@click.pass_obj
def install(context: CliContext, paths: Sequence[Path]) -> None:
    """Install service packages, or bring installed ones up to date; folders or zips.

    Each is installed by itself: what is wrong with one does not hold up the others.
    """
    runtime = context.runtime()
    runtime.refresh(now=True)
    bad = 0
    for path in paths:
        try:
            content = read_package(path)
            with runtime.unit_of_work() as session:
                done = installing.install(session, runtime.host, content, None)
        except PackageRefused as refused:
            bad += 1
            _report(path, refused.faults)
            continue
        click.echo(_told(done))
    if bad:
        context.fail(f"{bad} of {len(paths)} packages were not installed")


@command.command(name="list")
@click.pass_obj
def list_services(context: CliContext) -> None:
    """List the installed and the retired service packages."""
    with context.runtime().unit_of_work(writes=False) as session:
        rows = installing.list_packages(session)
    for row in rows:
        click.echo(
            f"{row.package_id:24} {row.version:10} {row.status:10} {row.name}（{row.unit_name}）"
        )
    if not rows:
        click.echo("no service packages are installed")


@command.command(name="retire")
@click.argument("package_id")
@click.pass_obj
def retire(context: CliContext, package_id: str) -> None:
    """Take a service package out of service; what runs goes on."""
    runtime = context.runtime()
    runtime.refresh(now=True)
    try:
        with runtime.unit_of_work() as session:
            installing.retire(session, runtime.host, package_id, None)
    except Refusal as refusal:
        context.fail(refusal.text)
    click.echo(f"{package_id} is retired")


def _report(path: Path, faults: Sequence[Fault]) -> None:
    click.echo(f"{path}:")
    for fault in faults:
        click.echo(f"  {fault}")


def _told(done: installing.Installed) -> str:
    if not done.changed:
        return f"{done.package_id} {done.version}: installed already"
    before = f" (was {done.replaced})" if done.replaced else ""
    return f"{done.package_id} {done.version}: installed{before}  {done.name}"
