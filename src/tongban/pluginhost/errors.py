"""What goes wrong with plugins at start."""

from __future__ import annotations


class PluginError(Exception):
    """A plugin cannot be loaded or breaks the contract; the message names it and says why."""

    def __init__(self, plugin_id: str, reason: str) -> None:
        super().__init__(f"plugin {plugin_id}: {reason}")
        self.plugin_id = plugin_id
        self.reason = reason
