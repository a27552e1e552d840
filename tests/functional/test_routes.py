"""KN-3: nobody sees or does what the permissions do not give.

Every route is walked as every kind of account, against a table of what each may. A new route
without a row here fails; so does a row whose route is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pyramid.interfaces import IRoutesMapper
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from tests.functional.conftest import SignIn

from tongban.audit.models import AuditEvent
from tongban.jobs.models import Job
from tongban.jobs.schedules import tick
from tongban.jobs.services import enqueue
from tongban.orgs.models import Appointment
from tongban.permissions.models import Grant
from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban.web.runtime import Runtime

EVERYBODY = frozenset(
    {"anonymous", "student", "teacher", "head", "unit_admin", "operator", "auditor"}
)
SIGNED_IN = EVERYBODY - {"anonymous"}
NOBODY: frozenset[str] = frozenset()
OPERATOR = frozenset({"operator"})
OFFICES = frozenset({"head", "unit_admin", "operator"})
ADMINS = frozenset({"unit_admin", "operator"})
LEADERS = OFFICES | {"teacher", "auditor"}  # the teacher leads a class, the auditor a section
CONSOLE = LEADERS
AUDIT = frozenset({"auditor", "operator"})

# route -> who may GET it, who may POST to it (None: the method is not offered)
TABLE: dict[str, tuple[frozenset[str] | None, frozenset[str] | None]] = {
    "home": (SIGNED_IN, None),
    "tongban.healthz": (EVERYBODY, None),
    "tongban.readyz": (EVERYBODY, None),
    "tongban.metrics": (EVERYBODY, None),  # by token or from this machine, not by account
    "tongban.counters": (SIGNED_IN, None),
    "auth.login": (EVERYBODY, EVERYBODY),
    "auth.logout": (None, EVERYBODY),
    "auth.sessions": (SIGNED_IN, None),
    "auth.sessions.end": (None, NOBODY),  # the session of the walk is nobody's
    "auth.sessions.end_others": (None, SIGNED_IN),
    "notifications.preferences": (SIGNED_IN, SIGNED_IN),
    "files.download": (NOBODY, None),  # the file of the walk is nobody's
    "console.overview": (CONSOLE, None),
    "console.people": (LEADERS, None),
    "console.person": (ADMINS, None),
    "console.person_new": (ADMINS, ADMINS),
    "console.person_edit": (ADMINS, ADMINS),
    "console.person_leave": (ADMINS, ADMINS),
    "console.person_readmit": (None, ADMINS),
    "console.units": (LEADERS, None),
    "console.unit": (ADMINS, None),
    "console.unit_new": (ADMINS, ADMINS),
    "console.unit_edit": (ADMINS, ADMINS),
    "console.unit_place": (None, ADMINS),
    "console.unit_close": (ADMINS, OPERATOR),
    "console.position_new": (ADMINS, ADMINS),
    "console.position_edit": (ADMINS, ADMINS),
    "console.appoint": (ADMINS, ADMINS),
    "console.appointment_end": (ADMINS, ADMINS),
    "console.roles": (ADMINS, None),
    "console.role": (ADMINS, None),
    "console.role_new": (OPERATOR, OPERATOR),
    "console.role_save": (None, OPERATOR),
    "console.grant_new": (ADMINS, ADMINS),
    "console.grant_revoke": (ADMINS, ADMINS),
    "console.why": (ADMINS, None),
    "plugins.list": (OPERATOR, None),
    "plugins.show": (OPERATOR, None),
    "plugins.enable": (OPERATOR, OPERATOR),
    "plugins.disable": (OPERATOR, OPERATOR),
    "jobs.list": (OPERATOR, None),
    "jobs.schedules": (OPERATOR, None),
    "jobs.job": (OPERATOR, None),
    "jobs.retry": (None, OPERATOR),
    "jobs.discard": (None, OPERATOR),
    "jobs.schedule_pause": (None, OPERATOR),
    "jobs.schedule_resume": (None, OPERATOR),
    "jobs.schedule_run": (None, OPERATOR),
    "audit.list": (AUDIT, None),
    "audit.event": (AUDIT, None),
    "audit.export": (None, AUDIT),
    "hall.home": (SIGNED_IN, None),
    "hall.items": (SIGNED_IN, None),
    "hall.item": (SIGNED_IN, None),
    "hall.apps": (SIGNED_IN, None),
    "hall.tasks": (SIGNED_IN, None),
    "hall.search": (SIGNED_IN, None),
    "hall.favourite": (None, SIGNED_IN),
    "workflow.apply": (SIGNED_IN, SIGNED_IN),
    "workflow.case": (NOBODY, NOBODY),  # the case of the walk does not exist
    "workflow.case_read": (None, NOBODY),
    "workflow.console_cases": (ADMINS, None),
}

# A shut door is the way to sign in, a refusal, or no word of the thing at all; anything else (a
# page, a form to correct, a redirect) means that the door is open.
_SHUT = {401, 403, 404}
_NOTHING = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Things:
    """Ids of things within the reach of the unit admin, for the placeholders of patterns."""

    person: int
    unit: int
    position: int
    appointment: int
    grant: int
    job: int
    event: int
    session: str

    def path(self, route: Any) -> str:
        """Return a route's path with something that is there in each place."""
        area, _, page = route.name.partition(".")
        ids: dict[str, Any] = {
            "console": self._console_id(page),
            "jobs": self.job,
            "audit": self.event,
            "plugins": "hall",
            "files": _NOTHING,
        }
        values = {
            "id": ids.get(area),
            "key": "unit_admin" if area == "console" else "logistics-repair",
            "session": self.session,
            "item_id": "logistics-repair",
            "case_id": _NOTHING,
            "name": "audit.seal" if area == "jobs" else "x.pdf",
        }
        return str(route.generate(values))

    def _console_id(self, page: str) -> int:
        for start, number in (
            ("person", self.person),
            ("appointment", self.appointment),
            ("position_new", self.unit),
            ("position", self.position),
            ("appoint", self.position),
            ("grant", self.grant),
        ):
            if page.startswith(start):
                return number
        return self.unit


@pytest.fixture
def things(db: Session, people: dict[str, MadePerson], runtime: Runtime) -> Things:
    admin = people["unit_admin"]
    member = db.execute(
        select(Appointment.id, Appointment.position_id)
        .where(Appointment.unit_id == admin.unit_id, Appointment.rank == "member")
        .order_by(Appointment.id)
    ).first()
    appointment, position = (
        member
        or db.execute(
            select(Appointment.id, Appointment.position_id).where(
                Appointment.unit_id == admin.unit_id
            )
        ).first()
        or (0, 0)
    )
    enqueue(db, "audit.seal", {})
    tick(db, runtime.jobs)
    db.commit()
    found = Things(
        person=admin.id,
        unit=admin.unit_id,
        position=position,
        appointment=appointment,
        grant=db.scalar(
            select(Grant.id)
            .where(Grant.unit_id == admin.unit_id, Grant.person_id.is_not(None))
            .order_by(Grant.id)
        )
        or 0,
        job=db.scalar(select(Job.id).order_by(Job.id)) or 0,
        event=db.scalar(select(AuditEvent.id).order_by(AuditEvent.id)) or 0,
        session="0" * 16,
    )
    db.commit()
    return found


def paths(browser: Browser, things: Things) -> dict[str, str]:
    mapper = browser.app.registry.getUtility(IRoutesMapper)
    routes = [route for route in mapper.get_routes() if not route.name.startswith("__")]
    return {route.name: things.path(route) for route in routes}


def is_shut(response: Any) -> bool:
    to_sign_in = response.status_int == 303 and "/login" in response.location
    return to_sign_in or response.status_int in _SHUT


def test_every_route_has_a_row(app: Browser, things: Things) -> None:
    assert set(paths(app, things)) == set(TABLE)


@pytest.mark.parametrize("key", sorted(EVERYBODY))
def test_reading(key: str, signed_in: SignIn, app: Browser, things: Things) -> None:
    browser = signed_in(key)
    wrong = []
    for name, path in paths(app, things).items():
        allowed = TABLE[name][0]
        if allowed is None:
            continue
        response = browser.get(path, expect_errors=True)
        assert response.status_int < 500, f"{name}: {response.status}"
        opened = not is_shut(response)
        if opened != (key in allowed):
            wrong.append(f"{name} {path}: {response.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", sorted(EVERYBODY))
def test_writing(
    key: str,
    signed_in: SignIn,
    app: Browser,
    things: Things,
    connection: Connection,
    runtime: Runtime,
) -> None:
    browser = signed_in(key)
    token = browser.csrf_token() if key != "anonymous" else guest_token(browser)
    wrong = []
    for name, path in paths(app, things).items():
        allowed = TABLE[name][1]
        if allowed is None or name.startswith("auth.log"):
            continue
        before = connection.begin_nested()  # one act must not change what the next may
        response = browser.post(path, {"csrf_token": token}, expect_errors=True)
        before.rollback()
        runtime.refresh(now=True)
        assert response.status_int < 500, f"{name}: {response.status}"
        if (not is_shut(response)) != (key in allowed):
            wrong.append(f"{name} {path}: {response.status}")
    assert not wrong, "\n".join(wrong)


def guest_token(browser: Browser) -> str:
    page = browser.get("/login")
    return str(page.forms["sign-in"]["csrf_token"].value)


@pytest.mark.parametrize("key", ["student", "operator"])
def test_nothing_is_written_without_a_token(
    key: str, signed_in: SignIn, app: Browser, things: Things
) -> None:
    browser = signed_in(key)
    for name, path in paths(app, things).items():
        if TABLE[name][1] is None:
            continue
        response = browser.post(path, {}, expect_errors=True)
        assert response.status_int in {400, 403, 404}, f"{name}: {response.status}"
