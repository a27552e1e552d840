"""KN-2: the org tree, typed units, moves and closings."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent
from tongban.orgs.models import OrgUnit
from tongban.orgs.services import (
    UnitInput,
    add_unit,
    close_unit,
    edit_unit,
    find_unit,
    flatten,
    move_unit,
    read_tree,
    reopen_unit,
    reorder_unit,
    trail,
)
from tongban.permissions.services import Viewer, load_viewer, scope_condition
from tongban.pluginhost.generation import PERMISSIONS
from tongban.testing.factories import Campus, MadePerson
from tongban.testing.statements import StatementCounter
from tongban.web.refusals import FieldRefused, Forbidden, NotFoundHere, Refusal
from tongban.web.runtime import Runtime


def viewer_of(db: Session, runtime: Runtime, person: MadePerson) -> Viewer:
    viewer = load_viewer(db, person.id, runtime.permission_cache)
    assert viewer is not None
    return viewer


def test_the_tree_is_read_in_one_statement_with_head_counts(
    db: Session, campus: Campus, statements: StatementCounter
) -> None:
    group = campus.unit("教学院部", kind="group")
    faculty = campus.unit("计算机学院", parent=group, kind="faculty")
    for number in range(3):
        campus.person(unit=faculty, kind="student", number=f"2024{number}")
    campus.person(unit=group)
    campus.person(unit=faculty, status="left")
    with statements.counted() as seen:
        tops = read_tree(db)
    assert seen.number == 1
    counts = {node.name: (node.people, node.total, node.depth) for node in flatten(tops)}
    assert counts == {"安阳工学院": (0, 4, 0), "教学院部": (1, 4, 1), "计算机学院": (3, 3, 2)}


def test_a_limited_viewer_sees_the_own_subtree_as_the_top(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own = campus.unit("图书馆")
    campus.unit("采编部", parent=own, kind="section")
    campus.unit("教务处")
    admin = campus.person(unit=own)
    campus.grant(admin, "unit_admin", own)
    scope = scope_condition(viewer_of(db, runtime, admin), "orgs.view", OrgUnit.path)
    tops = read_tree(db, scope=scope)
    assert [node.name for node in tops] == ["图书馆"]
    assert [node.name for node in tops[0].children] == ["采编部"]


def test_a_new_unit_gets_its_path_and_a_code_from_its_name(db: Session, campus: Campus) -> None:
    first = add_unit(db, None, campus.root.id, UnitInput("信息化管理中心", "department"))
    second = add_unit(db, None, first, UnitInput("信息化管理中心", "section"))
    assert find_unit(db, first).code == "xxhglzx"
    assert find_unit(db, second).code == "xxhglzx-2"
    assert find_unit(db, second).path == f"{campus.root.path}{first}/{second}/"
    assert trail(db, find_unit(db, second).path)[0] == (campus.root.id, "安阳工学院")


def test_a_code_in_use_and_a_second_root_are_refused(db: Session, campus: Campus) -> None:
    unit = add_unit(db, None, campus.root.id, UnitInput("教务处", "department", code="jwc"))
    with pytest.raises(FieldRefused) as refused:
        add_unit(db, None, campus.root.id, UnitInput("教务处", "department", code="jwc"))
    assert refused.value.field == "code"
    edit_unit(db, None, unit, UnitInput("教务处（招生办）", "department", code="jwc"))
    assert find_unit(db, unit).name == "教务处（招生办）"
    with pytest.raises(Refusal):
        add_unit(db, None, None, UnitInput("另一所学校", "school"))
    with pytest.raises(NotFoundHere):
        add_unit(db, None, 987654321, UnitInput("无处", "department"))


def test_moving_rewrites_the_paths_below_and_tells_every_process(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    here, there = campus.unit("甲"), campus.unit("乙")
    moved = campus.unit("丙", parent=here)
    leaf = campus.unit("丁", parent=moved)
    runtime.watch.check(now=True)
    before = runtime.watch.value(PERMISSIONS)
    move_unit(db, None, moved.id, there.id)
    db.commit()
    runtime.watch.check(now=True)
    assert runtime.watch.value(PERMISSIONS) > before
    assert find_unit(db, leaf.id).path == f"{there.path}{moved.id}/{leaf.id}/"
    assert find_unit(db, moved.id).parent_id == there.id


def test_a_unit_is_not_moved_under_itself(db: Session, campus: Campus) -> None:
    above = campus.unit("甲")
    below = campus.unit("乙", parent=above)
    for target in (above.id, below.id):
        with pytest.raises(Refusal):
            move_unit(db, None, above.id, target)
    with pytest.raises(Refusal):
        move_unit(db, None, campus.root.id, above.id)


def test_siblings_are_reordered_one_place_at_a_time(db: Session, campus: Campus) -> None:
    names = ["甲", "乙", "丙"]
    ids = [add_unit(db, None, campus.root.id, UnitInput(name, "department")) for name in names]

    def order() -> list[str]:
        return [node.name for node in read_tree(db)[0].children]

    reorder_unit(db, None, ids[2], "up")
    assert order() == ["甲", "丙", "乙"]
    reorder_unit(db, None, ids[2], "up")
    reorder_unit(db, None, ids[2], "up")
    assert order() == ["丙", "甲", "乙"]
    reorder_unit(db, None, ids[1], "down")
    assert order() == ["丙", "甲", "乙"]


def test_only_an_empty_unit_is_closed_and_it_can_be_opened_again(
    db: Session, campus: Campus
) -> None:
    unit = campus.unit("甲")
    person = campus.person(unit=unit)
    with pytest.raises(Refusal) as refused:
        close_unit(db, None, unit.id)
    assert "还有 1 名人员" in refused.value.text
    db.execute(
        OrgUnit.__table__.metadata.tables["person"]
        .update()
        .where(OrgUnit.__table__.metadata.tables["person"].c.id == person.id)
        .values(unit_id=campus.root.id)
    )
    close_unit(db, None, unit.id)
    assert "甲" not in [node.name for node in flatten(read_tree(db))]
    assert "甲" in [node.name for node in flatten(read_tree(db, closed=True))]
    with pytest.raises(Refusal):
        add_unit(db, None, unit.id, UnitInput("乙", "section"))
    reopen_unit(db, None, unit.id)
    assert find_unit(db, unit.id).status == "active"


def test_an_info_admin_changes_the_own_subtree_but_not_its_place(
    db: Session, runtime: Runtime, campus: Campus
) -> None:
    own, other = campus.unit("图书馆"), campus.unit("教务处")
    below = campus.unit("采编部", parent=own)
    admin = campus.person(unit=own)
    campus.grant(admin, "unit_admin", own)
    viewer = viewer_of(db, runtime, admin)
    add_unit(db, viewer, own.id, UnitInput("流通部", "section"))
    edit_unit(db, viewer, own.id, UnitInput("图书馆", "department", phone="2909000"))
    refused = (
        lambda: add_unit(db, viewer, campus.root.id, UnitInput("丁", "department")),
        lambda: edit_unit(db, viewer, other.id, UnitInput("戊", "department")),
        lambda: move_unit(db, viewer, own.id, other.id),
        lambda: move_unit(db, viewer, below.id, other.id),
        lambda: move_unit(db, viewer, other.id, own.id),
        lambda: close_unit(db, viewer, own.id),
        lambda: reorder_unit(db, viewer, own.id, "up"),
    )
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    actions = list(db.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == admin.id)))
    assert actions == ["unit.add", "unit.edit"]
