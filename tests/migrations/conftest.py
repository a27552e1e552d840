"""Plugins with migrations, made for one test."""

from __future__ import annotations

from tests.pluginhost.conftest import make_plugin, run_command

__all__ = ["make_plugin", "run_command"]
