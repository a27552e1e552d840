"""KN-3: giving roles and taking them back; nobody gives more than their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.models import AuditEvent
from tongban.orgs.models import Appointment, OrgUnit
from tongban.orgs.services import appoint, end_appointment, move_unit
from tongban.permissions.models import Grant, Role
from tongban.permissions.services import (
    Viewer,
    create_role,
    explain,
    grant_role,
    list_roles,
    load_viewer,
    revoke_grant,
    scope_condition,
    seed_roles,
    set_role_permissions,
)
from tongban.testing.factories import Campus, MadePerson
from tongban.testing.statements import StatementCounter
from tongban.users.services import mark_left
from tongban.web.refusals import Conflict, Forbidden, NotFoundHere, Refusal
from tongban.web.runtime import Runtime


def viewer_of(db: Session, runtime: Runtime, person: MadePerson) -> Viewer:
    runtime.refresh(now=True)
    viewer = load_viewer(db, person.id, runtime.permission_cache)
    assert viewer is not None
    return viewer


def test_everybody_signed_in_may_what_needs_no_grant(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    viewer = viewer_of(db, runtime, campus.person(kind="student"))
    assert viewer.allows("tongban.signed_in")
    assert viewer.permissions.names() == {"tongban.signed_in"}
    assert not viewer.allows("users.view")
    assert not viewer.allows("no.such.permission")


def test_the_operator_may_everything_everywhere(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    operator = campus.person()
    campus.grant(operator, "operator")
    viewer = viewer_of(db, runtime, operator)
    assert viewer.permissions.names() == runtime.permissions.names()
    assert viewer.reach("users.edit") == ("/",)
    assert viewer.allows("users.edit", campus.unit("科研处").path)


def test_a_unit_admin_reaches_the_own_subtree_and_nothing_else(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own, other = campus.unit("后勤管理处"), campus.unit("教务处")
    below = campus.unit("维修科", parent=own, kind="section")
    admin = campus.person(unit=own)
    campus.grant(admin, "unit_admin", own)
    viewer = viewer_of(db, runtime, admin)
    assert viewer.allows("users.edit", own.path)
    assert viewer.allows("users.edit", below.path)
    assert not viewer.allows("users.edit", other.path)
    assert not viewer.allows("users.edit", campus.root.path)
    condition = scope_condition(viewer, "users.edit", OrgUnit.path)
    assert set(db.scalars(select(OrgUnit.name).where(condition))) == {"后勤管理处", "维修科"}


def test_a_grant_without_its_subtree_holds_for_the_unit_alone(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own = campus.unit("后勤管理处")
    below = campus.unit("维修科", parent=own)
    admin = campus.person(unit=own)
    campus.grant(admin, "unit_admin", own, subtree=False)
    viewer = viewer_of(db, runtime, admin)
    assert viewer.allows("users.edit", own.path)
    assert not viewer.allows("users.edit", below.path)
    assert viewer.reach_exact("users.edit") == (own.path,)


def test_a_permission_question_needs_no_statement_once_it_was_answered(
    db: Session, runtime: Runtime, campus: Campus, statements: StatementCounter
) -> None:
    admin = campus.person()
    campus.grant(admin, "unit_admin")
    with runtime.sessions() as session:
        viewer_of(session, runtime, admin)
        with statements.counted() as seen:
            viewer = load_viewer(session, admin.id, runtime.permission_cache)
            assert viewer is not None
            assert viewer.allows("users.view", campus.root.path)
            assert not viewer.allows("jobs.manage")
    assert seen.number == 1  # the person's own row, nothing for the answers


def test_a_revoked_grant_stops_at_once_and_stays_as_history(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    admin, operator = campus.person(), campus.person()
    campus.grant(operator, "operator")
    grant_id = campus.grant(admin, "unit_admin")
    assert viewer_of(db, runtime, admin).allows("users.view")
    revoke_grant(db, runtime.permissions, viewer_of(db, runtime, operator), grant_id)
    assert not viewer_of(db, runtime, admin).allows("users.view")
    assert db.get(Grant, grant_id) is not None
    with pytest.raises(NotFoundHere):
        revoke_grant(db, runtime.permissions, None, grant_id)


def test_an_answer_from_memory_ends_when_the_grant_does(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    person = campus.person()
    ends = clock.now() + timedelta(hours=1)
    grant_role(
        db, runtime.permissions, None, "auditor", campus.root.id, person_id=person.id, ends_at=ends
    )
    assert viewer_of(db, runtime, person).allows("audit.view")
    with clock.travel(by=timedelta(hours=2)):
        assert not viewer_of(db, runtime, person).allows("audit.view")


def test_a_role_given_to_a_post_follows_who_holds_it(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    unit = campus.unit("图书馆")
    first, second = campus.person(unit=unit), campus.person(unit=unit)
    post = campus.appoint(first, unit, "馆长")
    grant_role(db, runtime.permissions, None, "unit_leader", unit.id, position_id=post)
    assert viewer_of(db, runtime, first).allows("users.view", unit.path)
    held = explain(db, runtime.permissions, first.id, "users.view", unit.id)
    assert held.allowed
    assert held.grants[0].position_name == "馆长"
    appointment = db.scalars(select(Appointment).where(Appointment.person_id == first.id)).one()
    end_appointment(db, runtime.permissions, None, appointment.id)
    appoint(db, runtime.permissions, None, second.id, post)
    assert not viewer_of(db, runtime, first).allows("users.view")
    assert viewer_of(db, runtime, second).allows("users.view", unit.path)
    gone = explain(db, runtime.permissions, first.id, "users.view", unit.id)
    assert not gone.allowed
    assert "已不再担任该岗位" in gone.lacks[0]


def test_moving_a_unit_moves_who_reaches_it(db: Session, runtime: Runtime, campus: Campus) -> None:
    here, there = campus.unit("教务处"), campus.unit("科研处")
    moved = campus.unit("实验科", parent=here)
    old, new = campus.person(unit=here), campus.person(unit=there)
    campus.grant(old, "unit_admin", here)
    campus.grant(new, "unit_admin", there)
    move_unit(db, None, moved.id, there.id)
    path = db.scalar(select(OrgUnit.path).where(OrgUnit.id == moved.id))
    assert path == f"{there.path}{moved.id}/"
    assert not viewer_of(db, runtime, old).allows("users.edit", path)
    assert viewer_of(db, runtime, new).allows("users.edit", path)


def test_nobody_grants_outside_the_own_subtree_or_more_than_they_may(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own, other = campus.unit("后勤管理处"), campus.unit("教务处")
    admin, person = campus.person(unit=own), campus.person(unit=own)
    campus.grant(admin, "unit_admin", own)
    viewer, registry = viewer_of(db, runtime, admin), runtime.permissions
    with pytest.raises(Forbidden):
        grant_role(db, registry, viewer, "unit_admin", other.id, person_id=person.id)
    with pytest.raises(Forbidden):
        grant_role(db, registry, viewer, "unit_admin", campus.root.id, person_id=person.id)
    with pytest.raises(Forbidden) as refused:
        grant_role(db, registry, viewer, "operator", own.id, person_id=person.id)
    assert "您在该部门没有的权限" in refused.value.text
    grant_role(db, registry, viewer, "unit_admin", own.id, person_id=person.id)
    with pytest.raises(Conflict):
        grant_role(db, registry, viewer, "unit_admin", own.id, person_id=person.id)
    with pytest.raises(Forbidden):
        create_role(db, viewer, key="mine", name="我的")
    with pytest.raises(Forbidden):
        set_role_permissions(db, registry, viewer, "unit_leader", ["users.edit"])


def test_a_post_that_carries_more_cannot_be_taken_by_its_unit_admin(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    """An info admin of the IT centre must not appoint himself to the post of the operator."""
    centre = campus.unit("信息化管理中心")
    head, admin = campus.person(unit=centre), campus.person(unit=centre)
    post = campus.appoint(head, centre, "主任")
    registry = runtime.permissions
    grant_role(db, registry, None, "operator", campus.root.id, position_id=post)
    campus.grant(admin, "unit_admin", centre)
    with pytest.raises(Forbidden) as refused:
        appoint(db, registry, viewer_of(db, runtime, admin), admin.id, post)
    assert "请由平台管理员办理" in refused.value.text


def test_the_last_operator_keeps_the_role(db: Session, runtime: Runtime, campus: Campus) -> None:
    operator = campus.person()
    grant_id = campus.grant(operator, "operator")
    viewer = viewer_of(db, runtime, operator)
    with pytest.raises(Refusal) as refused:
        revoke_grant(db, runtime.permissions, viewer, grant_id)
    assert "最后一位平台管理员" in refused.value.text
    other = campus.person()
    campus.grant(other, "operator")
    revoke_grant(db, runtime.permissions, viewer, grant_id)
    with pytest.raises(Refusal):
        mark_left(db, runtime.permissions, runtime.host, None, other.id)


def test_roles_of_the_school_hold_what_was_ticked(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    operator, clerk = campus.person(), campus.person()
    campus.grant(operator, "operator")
    viewer = viewer_of(db, runtime, operator)
    create_role(db, viewer, key="clerk", name="干事")
    set_role_permissions(db, runtime.permissions, viewer, "clerk", ["users.view", "orgs.view"])
    set_role_permissions(db, runtime.permissions, viewer, "clerk", ["users.view"])
    grant_role(db, runtime.permissions, viewer, "clerk", campus.root.id, person_id=clerk.id)
    assert viewer_of(db, runtime, clerk).permissions.names() == {"tongban.signed_in", "users.view"}
    with pytest.raises(Refusal):
        set_role_permissions(db, runtime.permissions, viewer, "clerk", ["no.such"])
    with pytest.raises(Conflict):
        create_role(db, viewer, key="clerk", name="干事")
    with pytest.raises(Refusal):
        create_role(db, viewer, key="Bad Key", name="干事")


def test_seeding_again_changes_nothing(db: Session, campus: Campus) -> None:
    before = list_roles(db)
    seed_roles(db)
    assert list_roles(db) == before
    assert db.scalar(select(func.count()).select_from(Role)) == 5


def test_every_change_is_in_the_audit_log(db: Session, runtime: Runtime, campus: Campus) -> None:
    """KN-8: grants and their end name the actor, the role and the holder."""
    operator, person = campus.person(name="林知远"), campus.person(name="许明澈")
    campus.grant(operator, "operator")
    viewer = viewer_of(db, runtime, operator)
    grant_id = grant_role(
        db, runtime.permissions, viewer, "auditor", campus.root.id, person_id=person.id
    )
    revoke_grant(db, runtime.permissions, viewer, grant_id)
    events = db.execute(
        select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.object_name)
        .where(AuditEvent.object_type == "grant")
        .order_by(AuditEvent.id)
    ).all()
    assert [tuple(event) for event in events] == [
        ("grant.give", operator.id, "审计员 → 许明澈"),
        ("grant.revoke", operator.id, "审计员 → 许明澈"),
    ]


class TestExplain:
    def test_says_which_grant_gives(self, db: Session, runtime: Runtime, campus: Campus) -> None:
        unit = campus.unit("图书馆")
        admin = campus.person(unit=unit)
        campus.grant(admin, "unit_admin", unit)
        answer = explain(db, runtime.permissions, admin.id, "users.edit", unit.id)
        assert answer.allowed
        assert [one.verdict for one in answer.grants] == ["gives"]
        assert not answer.lacks

    def test_says_what_lacks(self, db: Session, runtime: Runtime, campus: Campus) -> None:
        unit, other = campus.unit("图书馆"), campus.unit("教务处")
        admin = campus.person(unit=unit)
        campus.grant(admin, "unit_admin", unit)
        answer = explain(db, runtime.permissions, admin.id, "users.edit", other.id)
        assert not answer.allowed
        assert answer.lacks == (
            "角色「信息管理员」含有「维护人员」权限，但授权部门是图书馆，不包含教务处。",
        )
        nothing = explain(db, runtime.permissions, admin.id, "jobs.manage", unit.id)
        assert nothing.lacks == ("没有任何授权给出「重试和取消后台任务」权限。",)
        assert nothing.roles == ("平台管理员",)

    def test_speaks_of_accounts_and_people_who_left(
        self, db: Session, runtime: Runtime, campus: Campus
    ) -> None:
        person = campus.person(name="江晚舟", account=False)
        campus.grant(person, "auditor")
        answer = explain(db, runtime.permissions, person.id, "audit.view", None)
        assert not answer.allowed
        assert answer.lacks == ("江晚舟还没有账号，无法登录。",)
        mark_left(db, runtime.permissions, runtime.host, None, person.id)
        gone = explain(db, runtime.permissions, person.id, "audit.view", None)
        assert "已离校" in gone.lacks[0]
        assert load_viewer(db, person.id, runtime.permission_cache) is None
