"""Pages of the workflow plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add routes and views."""
    config.include("tongban_workflow.views.applying")
    config.include("tongban_workflow.views.cases")
    config.include("tongban_workflow.views.console")
