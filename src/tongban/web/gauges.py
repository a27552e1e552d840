"""Gauges that are read from the database when Prometheus asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge

if TYPE_CHECKING:
    from tongban.web.runtime import Runtime


@dataclass(frozen=True)
class Gauges:
    """Gauges of jobs and plugins."""

    jobs: Gauge
    oldest_job: Gauge
    plugins: Gauge


def make_gauges(registry: CollectorRegistry) -> Gauges:
    """Create the gauges in a metrics registry."""
    return Gauges(
        jobs=Gauge("tongban_jobs", "Jobs by state.", ["state"], registry=registry),
        oldest_job=Gauge(
            "tongban_oldest_ready_job_seconds",
            "Age of the oldest job that is due.",
            registry=registry,
        ),
        plugins=Gauge("tongban_plugin_enabled", "1 if on.", ["plugin"], registry=registry),
    )


def refresh_gauges(runtime: Runtime, gauges: Gauges) -> None:
    """Read the present figures."""
    from tongban.jobs.services import figures

    with runtime.unit_of_work(writes=False) as session:
        facts = figures(session)
    for state, number in facts.by_state.items():
        gauges.jobs.labels(state).set(number)
    gauges.oldest_job.set(facts.oldest_ready_seconds)
    for plugin in runtime.host.plugins():
        gauges.plugins.labels(plugin.id).set(runtime.host.is_enabled(plugin.id))
