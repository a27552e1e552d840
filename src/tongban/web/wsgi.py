"""The WSGI callable for any server: `gunicorn 'tongban.web.wsgi:application()'`.

Reads the settings file named by TONGBAN_CONFIG.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tongban.settings import read_settings
from tongban.web.app import make_app
from tongban.web.logs import configure_logs
from tongban.web.runtime import build_runtime

CONFIG_VARIABLE = "TONGBAN_CONFIG"


def application() -> Any:
    """Build the application from the environment. Raises SettingsError or PluginError."""
    path = os.environ.get(CONFIG_VARIABLE)
    settings = read_settings(Path(path) if path else None)
    configure_logs(settings["log.format"], settings["log.level"])
    return make_app(build_runtime(settings))
