"""Schedules: recurring jobs, advanced by compare-and-set so that any process may tick."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.db.session import SessionFactory, unit_of_work
from tongban.db.upserts import insert_or_skip
from tongban.jobs.models import Job, Schedule
from tongban.jobs.registry import JobRegistry, ScheduleSpec
from tongban.jobs.services import IS_RUNNING, enqueue, rows_changed
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer


@dataclass(frozen=True)
class ScheduleFacts:
    """A schedule as operators see it; `declared` is False when no loaded plugin knows it."""

    name: str
    title: str
    cron: str
    next_run_at: datetime
    last_run_at: datetime | None
    paused: bool
    declared: bool


_ROWS = select(
    Schedule.name, Schedule.cron, Schedule.next_run_at, Schedule.last_run_at, Schedule.paused
).order_by(Schedule.name)


def anything_due(sessions: SessionFactory, registry: JobRegistry) -> bool:
    """Say, reading only, whether a tick has something to do: most find nothing."""
    names = [schedule.name for schedule in registry.active_schedules()]
    now = clock.now()
    due = exists().where(
        Schedule.name.in_(names), Schedule.paused.is_(False), Schedule.next_run_at <= now
    )
    expired = exists().where(IS_RUNNING, Job.lease_until < now)
    known = select(func.count()).where(Schedule.name.in_(names)).scalar_subquery()
    with unit_of_work(sessions, writes=False) as session:
        return bool(session.scalar(select(or_(due, expired, known < len(names)))))


def tick(session: Session, registry: JobRegistry) -> list[str]:
    """Enqueue the job of every schedule that is due and return the schedules' names.

    What was missed while no process ran is done once, not once for each time. A job that is still
    waiting or running is not enqueued a second time.
    """
    _declare(session, registry)
    now = clock.now()
    specs = {spec.name: spec for spec in registry.active_schedules()}
    due = session.execute(
        select(Schedule.name, Schedule.next_run_at).where(
            Schedule.name.in_(list(specs)), Schedule.paused.is_(False), Schedule.next_run_at <= now
        )
    ).all()
    return [row.name for row in due if _advance(session, specs[row.name], row.next_run_at, now)]


def listed(session: Session, registry: JobRegistry) -> list[ScheduleFacts]:
    """Return every schedule, by name."""
    facts = []
    for row in session.execute(_ROWS):
        spec = registry.schedule(row.name)
        title = (spec.title or registry.title(spec.job_kind)) if spec is not None else row.name
        facts.append(ScheduleFacts(row[0], title, row[1], row[2], row[3], row[4], spec is not None))
    return facts


def pause(session: Session, actor: Viewer | None, name: str) -> None:
    """Stop a schedule until it is resumed. Raises NotFoundHere."""
    _set_paused(session, actor, name, paused=True)


def resume(session: Session, actor: Viewer | None, registry: JobRegistry, name: str) -> None:
    """Let a schedule go on, from its next time. Raises NotFoundHere."""
    _set_paused(session, actor, name, paused=False)
    spec = registry.schedule(name)
    if spec is not None:
        session.execute(
            update(Schedule)
            .where(Schedule.name == name)
            .values(next_run_at=spec.next_after(clock.now()))
        )


def run_now(session: Session, actor: Viewer | None, registry: JobRegistry, name: str) -> int | None:
    """Enqueue a schedule's job at once; None if it waits or runs already. Raises NotFoundHere."""
    spec = registry.schedule(name)
    if spec is None:
        raise NotFoundHere("该计划不存在，或所属插件未加载。")
    record(session, "schedule.run", actor=actor, object_type="schedule", object_id=name)
    return enqueue(session, spec.job_kind, {}, dedup_key=_dedup_key(name))


def forget(session: Session, name: str) -> None:
    """Delete a schedule that nothing declares any more."""
    session.execute(delete(Schedule).where(Schedule.name == name))


def _declare(session: Session, registry: JobRegistry) -> None:
    """Add new schedules; take over a changed cron expression."""
    known = {row.name: row.cron for row in session.execute(_ROWS)}
    now = clock.now()
    for spec in registry.active_schedules():
        following = spec.next_after(now)
        if spec.name not in known:
            values = {
                "name": spec.name,
                "cron": spec.cron,
                "next_run_at": following,
                "paused": False,
            }
            insert_or_skip(session, Schedule, values, ("name",), "name")
        elif known[spec.name] != spec.cron:
            session.execute(
                update(Schedule)
                .where(Schedule.name == spec.name, Schedule.cron == known[spec.name])
                .values(cron=spec.cron, next_run_at=following)
            )


def _advance(session: Session, spec: ScheduleSpec, seen: datetime, now: datetime) -> bool:
    """Move a schedule on and enqueue its job, unless another process was faster."""
    moved = session.execute(
        update(Schedule)
        .where(Schedule.name == spec.name, Schedule.next_run_at == seen, Schedule.paused.is_(False))
        .values(next_run_at=spec.next_after(now), last_run_at=now)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(moved) != 1:
        return False
    enqueue(session, spec.job_kind, {}, dedup_key=_dedup_key(spec.name))
    return True


def _dedup_key(name: str) -> str:
    return f"schedule:{name}"


def _set_paused(session: Session, actor: Viewer | None, name: str, *, paused: bool) -> None:
    changed = session.execute(
        update(Schedule)
        .where(Schedule.name == name)
        .values(paused=paused)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) != 1:
        raise NotFoundHere("该计划不存在。")
    action = "schedule.pause" if paused else "schedule.resume"
    record(session, action, actor=actor, object_type="schedule", object_id=name)
