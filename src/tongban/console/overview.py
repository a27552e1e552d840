"""Numbers of the console's first page."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.auth.models import Account
from tongban.jobs.models import Job, Schedule
from tongban.orgs.models import OrgUnit
from tongban.permissions.scopes import scope_condition
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.models import PluginFailure
from tongban.users.models import Person

SYNC = "users.sync"
_WATCHED = timedelta(hours=24)


class Figure(NamedTuple):
    """A number with its caption and the route that shows what it counts."""

    key: str
    title: str
    value: str
    note: str = ""
    route: str = ""
    tone: str = ""


def read_figures(session: Session, viewer: Viewer) -> list[Figure]:
    """Return the figures that the viewer may see; people are counted within the reach."""
    figures: list[Figure] = []
    if viewer.allows("users.view"):
        figures += _people(session, scope_condition(viewer, "users.view", OrgUnit.path))
    if viewer.allows("jobs.view"):
        figures += _jobs(session)
    if viewer.allows("plugins.view"):
        figures.append(_failures(session))
    return figures


def _people(session: Session, scope: ColumnElement[bool]) -> list[Figure]:
    kinds = dict(
        session.execute(
            select(Person.kind, func.count())
            .join(OrgUnit, OrgUnit.id == Person.unit_id)
            .where(Person.status == "active", scope)
            .group_by(Person.kind)
        ).all()
    )
    accounts = session.scalar(
        select(func.count())
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
        .join(OrgUnit, OrgUnit.id == Person.unit_id)
        .where(Account.status == "active", scope)
    )
    staff, students = kinds.get("staff", 0), kinds.get("student", 0)
    note = f"教职工 {staff:,}　学生 {students:,}"
    return [
        Figure("people", "人员", f"{staff + students:,}", note, "console.people"),
        Figure("accounts", "已激活账号", f"{accounts or 0:,}", "", "console.people"),
    ]


def _jobs(session: Session) -> list[Figure]:
    states = dict(
        session.execute(
            select(Job.state, func.count()).where(Job.state != "done").group_by(Job.state)
        ).all()
    )
    waiting, dead = states.get("ready", 0) + states.get("running", 0), states.get("dead", 0)
    figures = [
        Figure("jobs", "待执行任务", f"{waiting:,}", "", "jobs.list"),
        Figure("dead_jobs", "失败任务", f"{dead:,}", "", "jobs.list", "bad" if dead else ""),
    ]
    synced = session.execute(
        select(Schedule.last_run_at).where(Schedule.name == SYNC)
    ).one_or_none()
    if synced is not None:
        at = synced[0]
        text = at.astimezone(clock.zone()).strftime("%m-%d %H:%M") if at else "尚未同步"
        figures.append(Figure("sync", "最近数据同步", text, "", "jobs.list"))
    return figures


def _failures(session: Session) -> Figure:
    number = session.scalar(
        select(func.coalesce(func.sum(PluginFailure.count), 0)).where(
            PluginFailure.last_at > clock.now() - _WATCHED
        )
    )
    tone = "bad" if number else ""
    return Figure("failures", "插件异常", f"{number or 0:,}", "近 24 小时", "plugins.list", tone)
