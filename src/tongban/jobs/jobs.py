"""The outbox's own jobs."""

from __future__ import annotations

from tongban.jobs.registry import JobContext, JobKind, ScheduleSpec
from tongban.jobs.services import purge_done

_CHUNK = 5_000


def purge(context: JobContext) -> None:
    """Delete jobs that were done more than two weeks ago, in chunks."""
    while True:
        with context.unit_of_work() as session:
            number = purge_done(session, limit=_CHUNK)
        if number < _CHUNK:
            return


JOBS = (JobKind("jobs.purge", purge, title="清理已完成的后台任务"),)

SCHEDULES = (ScheduleSpec("jobs.purge", "17 18 * * *", "jobs.purge"),)
