"""What commands share: settings and the parts of the process, built when first needed."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from tongban.settings import Settings, read_settings
from tongban.web.logs import configure_logs
from tongban.web.runtime import Runtime, build_runtime


class CliContext:
    """Settings and runtime of one run of the command line."""

    def __init__(self, config: Path | None, *, safe_mode: bool = False) -> None:
        self.config = config
        self.safe_mode = safe_mode
        self._settings: Settings | None = None
        self._runtime: Runtime | None = None

    @property
    def settings(self) -> Settings:
        """The settings. Raises SettingsError."""
        if self._settings is None:
            self._settings = read_settings(self.config)
            configure_logs(self._settings["log.format"], self._settings["log.level"])
        return self._settings

    def runtime(self) -> Runtime:
        """The parts of the process. Raises SettingsError or PluginError."""
        if self._runtime is None:
            self._runtime = build_runtime(self.settings, safe_mode=self.safe_mode)
        return self._runtime

    def fail(self, message: str) -> NoReturn:
        """End the command with one sentence that says what is wrong and how to mend it."""
        raise click.ClickException(message)

    def close(self) -> None:
        """Give the database connections back."""
        if self._runtime is not None:
            self._runtime.close()
