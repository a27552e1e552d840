"""Jobs that seal the audit log."""

from __future__ import annotations

from tongban.audit.seals import seal
from tongban.jobs.registry import JobContext, JobKind, ScheduleSpec

_CHUNK = 500


def seal_recent(context: JobContext) -> None:
    """Seal what happened lately."""
    _seal_all(context, sweep=False)


def seal_everything(context: JobContext) -> None:
    """Seal also what a very slow transaction left behind."""
    _seal_all(context, sweep=True)


def _seal_all(context: JobContext, *, sweep: bool) -> None:
    while True:
        with context.unit_of_work() as session:
            number = seal(session, _CHUNK, sweep=sweep)
        if number < _CHUNK:
            return


JOBS = (
    JobKind("audit.seal", seal_recent, title="封存操作日志"),
    JobKind("audit.sweep", seal_everything, title="核对操作日志的封存"),
)

SCHEDULES = (
    ScheduleSpec("audit.seal", "* * * * *", "audit.seal"),
    ScheduleSpec("audit.sweep", "40 18 * * *", "audit.sweep"),
)
