"""KN-3: each console page and act, tried by the wrong account; nothing is shown or changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tests.console.conftest import Scene

from tongban.audit.models import AuditEvent
from tongban.orgs.models import Appointment
from tongban.testing.browsing import Browser

PAGES = (
    "/console",
    "/console/people",
    "/console/people/new",
    "/console/people/{mine}",
    "/console/people/{mine}/edit",
    "/console/people/{mine}/leave",
    "/console/units",
    "/console/units/{library}",
    "/console/units/new?parent={library}",
    "/console/units/{library}/edit",
    "/console/units/{section}/close",
    "/console/units/{library}/positions/new",
    "/console/positions/{my_post}",
    "/console/positions/{my_post}/appoint",
    "/console/appointments/{my_appointment}/end",
    "/console/roles",
    "/console/roles/unit_admin",
    "/console/grants/new",
    "/console/grants/{my_grant}/revoke",
    "/console/why",
)
THEIRS = (
    "/console/people/{stranger}",
    "/console/people/{stranger}/edit",
    "/console/people/{stranger}/leave",
    "/console/units/{office}",
    "/console/units/{root}",
    "/console/units/new?parent={office}",
    "/console/units/{office}/edit",
    "/console/units/{office}/close",
    "/console/units/{office}/positions/new",
    "/console/positions/{their_post}",
    "/console/positions/{their_post}/appoint",
    "/console/appointments/{their_appointment}/end",
    "/console/grants/{their_grant}/revoke",
    "/console/roles-new",  # roles are the whole school's
)
PERSON = {"number": "900", "name": "新人", "kind": "staff", "sex": "unknown"}
UNIT = {"name": "新部门", "kind": "section", "code": ""}
ACTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/console/people/new", {**PERSON, "unit_id": "{office}", "document_type": "id_card"}),
    ("/console/people/{stranger}/edit", {**PERSON, "unit_id": "{library}"}),
    ("/console/people/{mine}/edit", {**PERSON, "unit_id": "{office}"}),
    ("/console/people/{stranger}/leave", {}),
    ("/console/people/{stranger}/readmit", {}),
    ("/console/units/new?parent={office}", UNIT),
    ("/console/units/new?parent={root}", UNIT),
    ("/console/units/{office}/edit", UNIT),
    ("/console/units/{office}/place", {"step": "up"}),
    ("/console/units/{library}/place", {"step": "up"}),
    ("/console/units/{office}/place", {"parent_id": "{library}"}),
    ("/console/units/{section}/place", {"parent_id": "{office}"}),
    ("/console/units/{office}/close", {}),
    ("/console/units/{library}/close", {}),
    ("/console/units/{office}/positions/new", {"name": "新岗位", "rank": "head"}),
    ("/console/positions/{their_post}", {"name": "改名", "rank": "member"}),
    ("/console/positions/{their_post}", {"remove": "1"}),
    ("/console/positions/{their_post}/appoint", {"number": "adm", "is_main": "1"}),
    ("/console/positions/{my_post}/appoint", {"number": "200", "is_main": "1"}),
    ("/console/appointments/{their_appointment}/end", {}),
    ("/console/roles-new", {"name": "我的角色", "key": "mine"}),
    ("/console/roles/unit_admin/permissions", {"permission": "jobs.manage"}),
    ("/console/grants/new", {"role": "unit_admin", "number": "100", "unit_id": "{office}"}),
    ("/console/grants/new", {"role": "operator", "number": "100", "unit_id": "{library}"}),
    ("/console/grants/new", {"role": "unit_leader", "number": "200", "unit_id": "{library}"}),
    ("/console/grants/{their_grant}/revoke", {}),
)


def facts(db: Session, scene: Scene) -> dict[str, Any]:
    def appointment(person_id: int) -> int | None:
        return db.scalar(select(Appointment.id).where(Appointment.person_id == person_id))

    return {
        "root": scene.library.path.split("/")[1],
        "library": scene.library.id,
        "section": scene.section.id,
        "office": scene.office.id,
        "mine": scene.mine.id,
        "stranger": scene.stranger.id,
        "my_post": scene.my_post,
        "their_post": scene.their_post,
        "my_grant": scene.my_grant,
        "their_grant": scene.their_grant,
        "my_appointment": appointment(scene.mine.id),
        "their_appointment": appointment(scene.stranger.id),
    }


def changes(db: Session) -> int:
    """How many changes the audit log knows, sign-ins aside."""
    db.expire_all()
    return db.scalar(select(func.count()).where(AuditEvent.action.not_like("auth.%"))) or 0


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_the_sign_in_page(
    app: Browser, db: Session, scene: Scene, path: str
) -> None:
    response = app.get(path.format(**facts(db, scene)), status=303)
    assert "/login" in response.location


@pytest.mark.parametrize("path", PAGES)
def test_a_student_is_told_which_permission_is_missing(
    app: Browser, db: Session, scene: Scene, path: str
) -> None:
    app.sign_in(scene.student)
    page = app.get(path.format(**facts(db, scene)), status=403)
    assert "权限" in page.html.find("main").get_text()
    assert "韩书言" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_an_info_admin_enters_the_pages_of_the_own_subtree(
    as_admin: Browser, db: Session, scene: Scene, path: str
) -> None:
    page = as_admin.get(path.format(**facts(db, scene)), status=200)
    assert "顾念之" not in page.text


@pytest.mark.parametrize("path", THEIRS)
def test_an_info_admin_does_not_enter_the_pages_of_others(
    as_admin: Browser, db: Session, scene: Scene, path: str
) -> None:
    page = as_admin.get(path.format(**facts(db, scene)), status="4*")
    assert page.status_int in (403, 404)
    assert "顾念之" not in page.text


@pytest.mark.parametrize(("path", "values"), ACTS)
def test_an_info_admin_changes_nothing_beyond_the_own_subtree(
    as_admin: Browser, db: Session, scene: Scene, path: str, values: dict[str, str]
) -> None:
    known = facts(db, scene)
    before = changes(db)
    form = {name: value.format(**known) for name, value in values.items()}
    form["csrf_token"] = as_admin.csrf_token()
    response = as_admin.post(path.format(**known), form, status="4*")
    assert response.status_int in (403, 404, 422, 400)
    assert changes(db) == before


@pytest.mark.parametrize(("path", "values"), ACTS)
def test_a_student_changes_nothing(
    app: Browser, db: Session, scene: Scene, path: str, values: dict[str, str]
) -> None:
    app.sign_in(scene.student)
    known = facts(db, scene)
    before = changes(db)
    form = {name: value.format(**known) for name, value in values.items()}
    app.post(path.format(**known), {**form, "csrf_token": app.csrf_token()}, status=403)
    assert changes(db) == before


@pytest.mark.parametrize(("path", "values"), ACTS)
def test_no_act_without_the_token_of_the_own_pages(
    as_operator: Browser, db: Session, scene: Scene, path: str, values: dict[str, str]
) -> None:
    known = facts(db, scene)
    before = changes(db)
    form = {name: value.format(**known) for name, value in values.items()}
    as_operator.post(path.format(**known), form, status=400)
    assert changes(db) == before


def test_the_side_navigation_shows_what_one_may_enter(app: Browser, scene: Scene) -> None:
    app.sign_in(scene.admin)
    entries = [
        link.get_text(strip=True)
        for link in app.get("/console").html.find("aside", class_="sidenav").find_all("a")
    ]
    assert entries[:5] == ["概览", "组织与人员", "机构与岗位", "角色与授权", "权限查询"]
    assert "操作日志" not in entries


def test_the_console_is_in_the_user_menu_of_who_may_enter(app: Browser, scene: Scene) -> None:
    """ID-13: from the user menu, who is entitled opens the console."""
    app.sign_in(scene.admin)
    assert "/console" in [link.get("href") for link in app.get("/").html.find_all("a")]
    other = app.another()
    other.sign_in(scene.student)
    assert "/console" not in [link.get("href") for link in other.get("/").html.find_all("a")]
