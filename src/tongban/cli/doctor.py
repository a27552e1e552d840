"""`tongban doctor`: look for what is missing or wrong, and say how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
from sqlalchemy import text

from tongban.cli.context import CliContext
from tongban.db import migrations
from tongban.web.assets import Assets
from tongban.web.runtime import Runtime
from tongban.web.themes import load_theme


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    good: bool
    text: str


def examine(runtime: Runtime) -> Iterator[Finding]:
    """Yield what was found, one thing at a time."""
    settings = runtime.settings
    unknown = settings.unknown()
    yield Finding(
        "settings", not unknown, f"nobody declares {', '.join(unknown)}" if unknown else "known"
    )
    yield _database(runtime)
    waiting = migrations.pending(runtime)
    yield Finding("migrations", not waiting, "run `tongban migrate`" if waiting else "up to date")
    built = Assets(settings["web.assets_dir"]).built
    yield Finding("assets", built, "built" if built else "run `npm ci && node build.mjs`")
    theme = load_theme(settings["web.themes_dir"], settings["web.theme"])
    yield Finding("theme", True, theme.title)
    plugins = ", ".join(f"{plugin.id} {plugin.version}" for plugin in runtime.host.plugins())
    yield Finding("plugins", True, plugins or "none")
    secure = settings["web.https"] or settings["development"]
    yield Finding("https", secure, "on" if secure else "set web.https = true behind TLS")


def _database(runtime: Runtime) -> Finding:
    try:
        with runtime.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:  # whatever the driver says is what the operator needs
        return Finding("database", False, str(error).splitlines()[0])
    return Finding("database", True, runtime.engine.url.render_as_string(hide_password=True))


@click.command(name="doctor")
@click.pass_obj
def command(context: CliContext) -> None:
    """Check settings, database, migrations, assets, theme and plugins."""
    findings = list(examine(context.runtime()))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.name}: {finding.text}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)
