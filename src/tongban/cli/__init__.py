"""The `tongban` command."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from tongban import __version__
from tongban.cli.context import CliContext
from tongban.pluginhost.errors import PluginError
from tongban.settings import SettingsError

# Imported only when asked for: a command line should answer --help at once.
_COMMANDS = {
    "account": "Accounts: list, show, unlock, passwords, sessions.",
    "audit": "The audit log: verify, list, export.",
    "demo": "The demo campus: load it, list its accounts.",
    "doctor": "Look for what is missing or wrong in this installation.",
    "jobs": "Jobs and schedules: list, retry, run.",
    "keys": "Make the keys of a new installation.",
    "migrate": "Bring the database up to date.",
    "plugin": "Plugins: list, check, enable, disable.",
    "serve": "Serve the hall with the embedded server.",
    "service": "Service packages: check, install, list, retire.",
}


class TongbanGroup(click.Group):
    """Finds the kernel's commands by name and the plugins' through their hook."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the kernel's commands, then those of plugins."""
        return [*sorted(_COMMANDS), *sorted(self._plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command when it is asked for."""
        if cmd_name in _COMMANDS:
            module = importlib.import_module(f"tongban.cli.{cmd_name}")
            command: click.Command = module.command
            return command
        return self._plugin_commands(ctx).get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))
        extra = self._plugin_commands(ctx)
        if extra:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(
                    [(name, cmd.get_short_help_str()) for name, cmd in sorted(extra.items())]
                )

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        if not isinstance(ctx.obj, CliContext):
            return {}
        try:
            answers = ctx.obj.runtime().host.collect("tongban_commands")
        except (PluginError, SettingsError):
            return {}  # `doctor` and `plugin check` say what is wrong
        return {command.name: command for _plugin, commands in answers for command in commands}


@click.group(cls=TongbanGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tongban")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="TONGBAN_CONFIG",
    help="Settings file; also from TONGBAN_CONFIG.",
)
@click.option("--safe-mode", is_flag=True, help="Load no plugins, to repair a broken one.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, safe_mode: bool) -> None:
    """Tongban (通办): the online service hall of a university."""
    ctx.obj = CliContext(config, safe_mode=safe_mode)
    ctx.call_on_close(ctx.obj.close)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; expected errors end with one sentence, not with a trace."""
    try:
        return cli.main(args=arguments, prog_name="tongban", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("aborted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (SettingsError, PluginError) as error:
        click.echo(f"tongban: {error}", err=True)
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
