"""Jobs: the outbox, schedules and the engines that run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the console's pages of jobs and schedules."""
    config.include("tongban.jobs.views")
