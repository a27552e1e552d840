"""The append-only, hash-chained audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the console's pages of the log."""
    config.include("tongban.audit.views")
