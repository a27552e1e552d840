"""Which pages are looked at, as whom, and what is done on them before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from tests.browser.conftest import Site
from tongban.audit.models import AuditEvent
from tongban.demo import cast
from tongban.jobs.models import Job
from tongban.orgs.models import Appointment, OrgUnit, Position
from tongban.permissions.models import Grant
from tongban.users.models import Person

Act = Callable[[Any], None]


@dataclass(frozen=True)
class View:
    """A page to look at; `path` may name cases of the campus's life and places of its org tree."""

    who: str
    name: str
    path: str
    act: Act | None = None


def press(name: str) -> Act:
    """Press the button of this name in the page, and wait for what comes."""

    def act(page: Any) -> None:
        with page.expect_navigation():
            page.locator("#main").get_by_role("button", name=name, exact=True).last.click()

    return act


def unfold_account_menu(page: Any) -> None:
    """Open the account menu in the top bar."""
    page.locator("details.menu > summary.who").click()


def refuse_sign_in(page: Any) -> None:
    """Sign in with a password that is not the account's."""
    page.get_by_label("学号 / 工号").fill("20150088")
    page.get_by_label("密码", exact=True).fill("not-the-password")
    press("登录")(page)


def dialog(name: str) -> Act:
    """Open the dialog behind the link of this name."""
    return lambda page: page.locator("#main").get_by_role("link", name=name, exact=True).click()


def reject_without_a_word(page: Any) -> None:
    """Reject a case without saying why."""
    press("驳回")(page)


def resubmit_without_a_place(page: Any) -> None:
    """Send a case again whose place was deleted."""
    page.get_by_label("故障地点").fill("")
    press("重新提交")(page)


def half_quiet(page: Any) -> None:
    """Save a quiet time that has no end."""
    page.get_by_label("开始时间").fill("22:00")
    press("保存")(page)


VIEWS = (
    View("", "login", "/login"),
    View("", "login-refused", "/login", refuse_sign_in),
    View("student", "home", "/hall"),
    View("student", "home-menu", "/hall", unfold_account_menu),
    View("student", "home-favourites", "/hall?services=favourites&box=copied"),
    View("student", "items", "/items"),
    View("student", "items-by-theme", "/items?way=theme"),
    View("student", "items-by-stage", "/items?way=stage"),
    View("student", "items-none", "/items?q=没有这样的事"),
    View("student", "item", "/items/network-repair"),
    View("student", "apps", "/apps"),
    View("student", "apps-favourites", "/apps?list=favourites"),
    View("student", "apps-none", "/apps?q=没有这样的应用"),
    View("student", "tasks-todo", "/tasks"),
    View("student", "tasks-done", "/tasks?box=done"),
    View("student", "tasks-started", "/tasks?box=started"),
    View("student", "tasks-copied", "/tasks?box=copied"),
    View("student", "search", "/search?q=wl"),
    View("student", "search-none", "/search?q=没有这样的事"),
    View("student", "search-blank", "/search"),
    View("student", "apply", "/apply/student-card"),
    View("student", "apply-refused", "/apply/network-repair", press("提交申请")),
    View("student", "case-running", "{running}"),
    View("student", "case-withdraw", "{running}", dialog("撤回")),
    View("student", "case-returned", "{returned}"),
    View("student", "case-returned-refused", "{returned}", resubmit_without_a_place),
    View("student", "case-rejected", "{rejected}"),
    View("student", "case-finished", "{finished}"),
    View("student", "sessions", "/me/sessions"),
    View("student", "notifications", "/me/notifications"),
    View("student", "notifications-refused", "/me/notifications", half_quiet),
    View("student", "error-404", "/no-such-page"),
    View("student", "error-403", "/console"),
    View("student", "error-case", "{at_head}"),
    View("teacher", "home", "/hall?box=copied"),
    View("teacher", "apply-vpn", "/apply/vpn-access"),
    View("teacher", "apply-vpn-refused", "/apply/vpn-access", press("提交申请")),
    View("teacher", "apply-draft", "/apply/edu-mail"),
    View("teacher", "apply-car", "/apply/official-car"),
    View("teacher", "apply-procurement", "/apply/procurement"),
    View("teacher", "case-copied", "{finished}"),
    View("head", "case-to-approve", "{at_head}"),
    View("head", "case-to-approve-refused", "{at_head}", reject_without_a_word),
    View("head", "console", "/console"),
    View("unit_admin", "home", "/hall"),
    View("unit_admin", "tasks", "/tasks"),
    View("unit_admin", "console", "/console"),
    View("unit_admin", "people", "/console/people"),
    View("unit_admin", "cases-none", "/console/cases?q=没有这样的办件"),
    View("operator", "home", "/hall"),
    View("operator", "items", "/items"),
    View("operator", "item-offline", "/items/party-agenda"),
    View("operator", "apps", "/apps"),
    View("operator", "tasks-todo", "/tasks"),
    View("operator", "tasks-done", "/tasks?box=done"),
    View("operator", "case-to-accept", "{to_accept}"),
    View("operator", "case-to-handle", "{to_handle}"),
    View("operator", "case-to-handle-refused", "{to_handle}", press("办结")),
    View("operator", "case-finished", "{finished}"),
    View("operator", "console", "/console"),
    View("operator", "people", "/console/people"),
    View("operator", "people-of-unit", "/console/people?unit={unit}"),
    View("operator", "people-none", "/console/people?q=没有这样的人"),
    View("operator", "person", "/console/people/{person}"),
    View("operator", "person-new", "/console/people/new"),
    View("operator", "person-new-refused", "/console/people/new", press("保存")),
    View("operator", "person-edit", "/console/people/{person}/edit"),
    View("operator", "person-leave", "/console/people/{person}/leave"),
    View("operator", "units", "/console/units"),
    View("operator", "unit", "/console/units/{unit}"),
    View("operator", "unit-new", "/console/units/new?parent={unit}"),
    View("operator", "unit-new-refused", "/console/units/new?parent={unit}", press("保存")),
    View("operator", "unit-edit", "/console/units/{unit}/edit"),
    View("operator", "unit-close", "/console/units/{unit}/close"),
    View("operator", "position-new", "/console/units/{unit}/positions/new"),
    View("operator", "position-edit", "/console/positions/{position}"),
    View("operator", "appoint", "/console/positions/{position}/appoint"),
    View("operator", "appoint-refused", "/console/positions/{position}/appoint", press("任命")),
    View("operator", "appointment-end", "/console/appointments/{appointment}/end"),
    View("operator", "roles", "/console/roles"),
    View("operator", "role", "/console/roles/unit_admin"),
    View("operator", "role-new", "/console/roles-new"),
    View("operator", "role-new-refused", "/console/roles-new", press("保存")),
    View("operator", "grant-new", "/console/grants/new?unit={unit}"),
    View("operator", "grant-new-refused", "/console/grants/new", press("授予")),
    View("operator", "grant-revoke", "/console/grants/{grant}/revoke"),
    View("operator", "why", "/console/why"),
    View(
        "operator",
        "why-answered",
        "/console/why?number=20180066&permission=users.view&unit={unit}",
    ),
    View("operator", "plugins", "/console/plugins"),
    View("operator", "plugin", "/console/plugins/workflow"),
    View("operator", "plugin-disable", "/console/plugins/workflow/disable"),
    View("operator", "plugin-enable", "/console/plugins/hall/enable"),
    View("operator", "jobs", "/console/jobs"),
    View("operator", "jobs-all", "/console/jobs?state="),
    View("operator", "job", "/console/jobs/{job}"),
    View("operator", "schedules", "/console/jobs/schedules"),
    View("operator", "audit", "/console/audit"),
    View("operator", "audit-none", "/console/audit?q=没有这样的记录"),
    View("operator", "audit-event", "/console/audit/{event}"),
    View("operator", "cases", "/console/cases"),
)


class Places:
    """Fills in the paths of views: with cases of the campus's life and ids of its org tree."""

    def __init__(self, site: Site) -> None:
        self._values = {**site.life.paths, **dict(_ids(site))}

    def path(self, view: View) -> str:
        """Return the address of a view."""
        return view.path.format_map(self._values)


def _ids(site: Site) -> Iterator[tuple[str, int]]:
    with site.runtime.unit_of_work(writes=False) as session:
        unit = session.scalar(select(OrgUnit.id).where(OrgUnit.code == "xxhglzx"))
        yield "unit", unit or 0
        person = select(Person.id).where(Person.number == cast.TEACHER.number)
        yield "person", session.scalar(person) or 0
        wanted: tuple[tuple[str, InstrumentedAttribute[int], Any], ...] = (
            ("position", Position.id, Position.unit_id == unit),
            ("appointment", Appointment.id, Appointment.unit_id == unit),
            ("grant", Grant.id, Grant.person_id.is_not(None)),
            ("job", Job.id, Job.id > 0),
            ("event", AuditEvent.id, AuditEvent.id > 0),
        )
        for name, column, condition in wanted:
            found = session.scalar(select(column).where(condition).order_by(column))
            yield name, found or 0
