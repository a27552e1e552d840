"""Stored files: content-addressed, checked, served by permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the download view."""
    config.include("tongban.files.views")
