"""`tongban plugin`: list, check, switch and purge plugins; the reference of hooks; revisions."""

from __future__ import annotations

from pathlib import Path

import click

from tongban.cli.context import CliContext
from tongban.db import drift, migrations
from tongban.db.migrations import MigrationError
from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.purging import purge_plugin
from tongban.pluginhost.state import disable, enable
from tongban.web.refusals import Refusal


@click.group(name="plugin")
def command() -> None:
    """Plugins: list, check, enable, disable, purge."""


@command.command(name="list")
@click.pass_obj
def list_plugins(context: CliContext) -> None:
    """List the plugins named in the settings, in order, and whether they are on."""
    runtime = context.runtime()
    runtime.refresh(now=True)
    host = runtime.host
    code = [plugin for plugin in host.plugins() if plugin.kind == "code"]
    if not code:
        click.echo("no plugins are loaded")
    for plugin in code:
        state = "on" if host.is_enabled(plugin.id) else "off"
        waiting = len(migrations.pending(runtime, label=plugin.id))
        note = f", {waiting} migrations pending" if waiting else ""
        hooks = len(host.hooks_of(plugin.id))
        click.echo(
            f"{plugin.id:12} {plugin.version:10} {state:4} {hooks} hooks{note}  {plugin.title}"
        )


@command.command(name="check")
@click.pass_obj
def check(context: CliContext) -> None:
    """Load every plugin, configure it, and compare its tables with its models."""
    from tongban.web.app import make_app

    try:
        runtime = context.runtime()
        waiting = migrations.pending(runtime)
        make_app(runtime)
        differences = [] if waiting else drift.check(runtime)
    except (PluginError, MigrationError) as error:
        context.fail(str(error))
    for revision in waiting:
        click.echo(f"pending migration: {revision}")
    for line in differences:
        click.echo(f"differs from its models: {line}")
    if waiting or differences:
        context.fail("not everything is in order")
    for plugin in runtime.host.plugins():
        click.echo(f"{plugin.id} {plugin.version}: good")


@command.command(name="enable")
@click.argument("plugin_id")
@click.pass_obj
def switch_on(context: CliContext, plugin_id: str) -> None:
    """Switch a plugin on, in every running process."""
    runtime = context.runtime()
    try:
        with runtime.unit_of_work() as session:
            changed = enable(session, runtime.host, None, plugin_id)
    except Refusal as refusal:
        context.fail(refusal.text)
    click.echo(f"{plugin_id} is on" if changed else f"{plugin_id} was on already")


@command.command(name="disable")
@click.argument("plugin_id")
@click.pass_obj
def switch_off(context: CliContext, plugin_id: str) -> None:
    """Switch a plugin off, in every running process; its data stays."""
    runtime = context.runtime()
    try:
        with runtime.unit_of_work() as session:
            changed = disable(session, runtime.host, None, plugin_id)
    except Refusal as refusal:
        context.fail(refusal.text)
    click.echo(f"{plugin_id} is off" if changed else f"{plugin_id} was off already")
    also = [plugin.id for plugin in runtime.host.dependants_of(plugin_id)]
    if also:
        click.echo(f"off with it, because they require it: {', '.join(also)}")


@command.command(name="purge")
@click.argument("plugin_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(context: CliContext, plugin_id: str, *, yes: bool) -> None:
    """Drop a plugin's tables with all their data. It must be out of the settings, but installed."""
    runtime = context.runtime()
    if runtime.host.plugin(plugin_id) is not None:
        context.fail(f"{plugin_id} is in use: take it out of the setting `plugins` first")
    if not yes:
        click.echo(f"This drops every table of {plugin_id} and all their data, for good.")
        typed = click.prompt(f"Type {plugin_id} to go on", default="", show_default=False)
        if typed != plugin_id:
            context.fail("nothing was changed")
    try:
        undone = purge_plugin(runtime, plugin_id)
    except MigrationError as error:
        context.fail(str(error))
    click.echo(f"purged {plugin_id}: {len(undone)} migrations undone")


@command.command(name="hooks")
@click.option("--markdown", is_flag=True, help="As the page docs/hooks.md.")
@click.pass_obj
def hooks(_context: CliContext, *, markdown: bool) -> None:
    """List the hooks that plugins may implement."""
    from tongban.pluginhost.hookdocs import hook_docs, render_markdown

    if markdown:
        click.echo(render_markdown(), nl=False)
        return
    for hook in hook_docs():
        click.echo(f"{hook.family:14} {hook.name}\n               {hook.summary}")


@command.command(name="revision")
@click.argument("label")
@click.argument("message")
@click.pass_obj
def revision(context: CliContext, label: str, message: str) -> None:
    """Write the revision that brings the tables of plugin LABEL (or `kernel`) to its models.

    It is compared with the database of the settings, which must be up to date.
    """
    runtime = context.runtime()
    try:
        path: Path | None = drift.make_revision(runtime, label, message)
    except (PluginError, MigrationError) as error:
        context.fail(str(error))
    click.echo(f"wrote {path}; read it before you keep it" if path else "nothing differs")
