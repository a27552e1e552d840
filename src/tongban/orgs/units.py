"""Adding, editing, closing, reordering and moving units."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.db.paths import Under
from tongban.orgs.models import UNIT_KINDS, Appointment, OrgUnit
from tongban.orgs.tree import UnitFacts, find_unit
from tongban.permissions.requiring import require
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.generation import PERMISSIONS, advance
from tongban.users.models import Person
from tongban.users.names import spell
from tongban.web.refusals import FieldRefused, Refusal

EDIT = "orgs.edit"
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_LONGEST_PATH = 200
_SORT_STEP = 10


@dataclass(frozen=True)
class UnitInput:
    """What may be entered of a unit. An empty `code` is made from the name's initials."""

    name: str
    kind: str
    short_name: str = ""
    code: str = ""
    phone: str = ""
    place: str = ""


def add_unit(
    session: Session, actor: Viewer | None, parent_id: int | None, given: UnitInput
) -> int:
    """Add a unit as the last below its parent; return its id.

    `parent_id` None makes the root, once. Raises Forbidden, NotFoundHere, FieldRefused (code in
    use, unknown kind) or Refusal (closed parent, second root).
    """
    parent = _open_parent(session, actor, parent_id)
    _check(given)
    code = given.code or _free_code(session, given.name)
    _refuse_taken_code(session, code, None)
    unit = OrgUnit(
        code=code,
        name=given.name,
        short_name=given.short_name or given.name[:40],
        kind=given.kind,
        parent_id=parent_id,
        path="",
        sort=_next_sort(session, parent_id),
        phone=given.phone,
        place=given.place,
    )
    session.add(unit)
    session.flush()
    unit.path = _path_below(parent.path if parent is not None else "/", unit.id)
    session.flush()
    _note(session, actor, "unit.add", unit.id, given.name, {"code": code, "kind": given.kind})
    return unit.id


def edit_unit(session: Session, actor: Viewer | None, unit_id: int, given: UnitInput) -> None:
    """Change a unit's columns; its place in the tree stays. Raises as `add_unit` does."""
    before = find_unit(session, unit_id)
    require(actor, EDIT, before.path)
    _check(given)
    values = asdict(given)
    values["code"] = given.code or before.code
    values["short_name"] = given.short_name or given.name[:40]
    _refuse_taken_code(session, values["code"], unit_id)
    changed = {
        name: [getattr(before, name), value]
        for name, value in values.items()
        if getattr(before, name) != value
    }
    if changed:
        session.execute(update(OrgUnit).where(OrgUnit.id == unit_id).values(values))
        _note(session, actor, "unit.edit", unit_id, given.name, {"changed": changed})


def move_unit(session: Session, actor: Viewer | None, unit_id: int, parent_id: int) -> None:
    """Put a unit with all below it under another parent, as the last there.

    The actor must reach both parents. Raises Forbidden, NotFoundHere or Refusal (into its own
    subtree, the root, a closed parent, too deep).
    """
    advance(session, PERMISSIONS)  # first: its row lock lets one change of the tree in at a time
    unit = find_unit(session, unit_id)
    _require_above(session, actor, unit)
    parent = _open_parent(session, actor, parent_id)
    if parent is None or parent.path.startswith(unit.path):
        raise Refusal("不能移动到自己或下级部门之下，请选择其他上级部门。")
    if parent.id == unit.parent_id:
        return
    path = _path_below(parent.path, unit.id)
    _refuse_too_deep(session, unit.path, path)
    session.execute(
        update(OrgUnit)
        .where(OrgUnit.id == unit_id)
        .values(parent_id=parent_id, sort=_next_sort(session, parent_id))
    )
    rest = func.substr(OrgUnit.path, len(unit.path) + 1)
    session.execute(
        update(OrgUnit)
        .where(Under(OrgUnit.path, unit.path))
        .values(path=literal(path).concat(rest))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    detail = {"from": unit.parent_id, "to": parent_id}
    _note(session, actor, "unit.move", unit_id, unit.name, detail)


def reorder_unit(
    session: Session, actor: Viewer | None, unit_id: int, direction: Literal["up", "down"]
) -> None:
    """Move a unit one place up or down among its siblings; at the end nothing happens."""
    unit = find_unit(session, unit_id)
    _require_above(session, actor, unit)
    siblings = list(
        session.scalars(
            select(OrgUnit.id)
            .where(OrgUnit.parent_id == unit.parent_id, OrgUnit.status == "active")
            .order_by(OrgUnit.sort, OrgUnit.id)
        )
    )
    if unit_id not in siblings:
        raise Refusal("已停用的部门不能调整顺序。")
    place = siblings.index(unit_id)
    other = place - 1 if direction == "up" else place + 1
    if not 0 <= other < len(siblings):
        return
    siblings[place], siblings[other] = siblings[other], siblings[place]
    for number, sibling_id in enumerate(siblings, 1):
        session.execute(
            update(OrgUnit).where(OrgUnit.id == sibling_id).values(sort=number * _SORT_STEP)
        )
    _note(session, actor, "unit.reorder", unit_id, unit.name, {"direction": direction})


def close_unit(session: Session, actor: Viewer | None, unit_id: int) -> None:
    """Close a unit that nobody and no open unit is left in.

    Raises Refusal that counts what is left, Forbidden, NotFoundHere.
    """
    unit = find_unit(session, unit_id)
    _require_above(session, actor, unit)
    left = _what_is_left(session, unit_id)
    if left:
        raise Refusal(f"「{unit.name}」{'、'.join(left)}，请先移出后再停用。", title="部门不为空")
    session.execute(
        update(OrgUnit)
        .where(OrgUnit.id == unit_id)
        .values(status="closed", closed_on=clock.today())
    )
    _note(session, actor, "unit.close", unit_id, unit.name, {})


def reopen_unit(session: Session, actor: Viewer | None, unit_id: int) -> None:
    """Open a closed unit again. Raises Refusal when its parent is closed, Forbidden."""
    unit = find_unit(session, unit_id)
    _require_above(session, actor, unit)
    _open_parent(session, actor, unit.parent_id)
    session.execute(
        update(OrgUnit).where(OrgUnit.id == unit_id).values(status="active", closed_on=None)
    )
    _note(session, actor, "unit.reopen", unit_id, unit.name, {})


def _open_parent(session: Session, actor: Viewer | None, parent_id: int | None) -> UnitFacts | None:
    if parent_id is None:
        require(actor, EDIT, "/")
        if session.scalar(select(func.count()).where(OrgUnit.parent_id.is_(None))):
            raise Refusal("组织机构只能有一个根节点，请选择上级部门。")
        return None
    parent = find_unit(session, parent_id)
    require(actor, EDIT, parent.path)
    if parent.status != "active":
        raise Refusal(f"上级部门「{parent.name}」已停用，请选择其他上级部门。")
    return parent


def _require_above(session: Session, actor: Viewer | None, unit: UnitFacts) -> None:
    # Its place is the parent's business: an admin of a unit cannot move or close that very unit.
    if unit.parent_id is None:
        raise Refusal("学校是组织机构的根节点，不能移动、排序或停用。")
    require(actor, EDIT, find_unit(session, unit.parent_id).path)


def _check(given: UnitInput) -> None:
    if not given.name:
        raise FieldRefused("name", "请填写部门名称")
    if given.kind not in UNIT_KINDS:
        raise FieldRefused("kind", "请选择部门类型")
    if given.code and not _CODE.fullmatch(given.code):
        raise FieldRefused("code", "部门代码由小写字母、数字和连字符组成，不超过 40 个字符")


def _refuse_taken_code(session: Session, code: str, unit_id: int | None) -> None:
    other = session.execute(
        select(OrgUnit.id, OrgUnit.name).where(OrgUnit.code == code)
    ).one_or_none()
    if other is not None and other.id != unit_id:
        raise FieldRefused("code", f"部门代码 {code} 已被「{other.name}」使用，请换一个")


def _free_code(session: Session, name: str) -> str:
    stem = spell(name).initials[:30] or "unit"
    taken = set(session.scalars(select(OrgUnit.code).where(OrgUnit.code.startswith(stem))))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def _next_sort(session: Session, parent_id: int | None) -> int:
    last = session.scalar(select(func.max(OrgUnit.sort)).where(OrgUnit.parent_id == parent_id))
    return (last or 0) + _SORT_STEP


def _path_below(parent_path: str, unit_id: int) -> str:
    path = f"{parent_path}{unit_id}/"
    if len(path) > _LONGEST_PATH:
        raise Refusal("层级过深，请选择更高一级的上级部门。")
    return path


def _refuse_too_deep(session: Session, before: str, after: str) -> None:
    longest = session.scalar(
        select(func.max(func.length(OrgUnit.path))).where(Under(OrgUnit.path, before))
    )
    if (longest or 0) - len(before) + len(after) > _LONGEST_PATH:
        raise Refusal("层级过深，请选择更高一级的上级部门。")


def _what_is_left(session: Session, unit_id: int) -> list[str]:
    children = session.scalar(
        select(func.count()).where(OrgUnit.parent_id == unit_id, OrgUnit.status == "active")
    )
    people = session.scalar(
        select(func.count()).where(Person.unit_id == unit_id, Person.status == "active")
    )
    posts = session.scalar(
        select(func.count()).where(Appointment.unit_id == unit_id, Appointment.ends_on.is_(None))
    )
    parts = (
        (children, "还有 {} 个下级部门"),
        (people, "还有 {} 名人员"),
        (posts, "还有 {} 人任职"),
    )
    return [text.format(number) for number, text in parts if number]


def _note(
    session: Session,
    actor: Viewer | None,
    action: str,
    unit_id: int,
    name: str,
    detail: dict[str, Any],
) -> None:
    record(
        session,
        action,
        actor=actor,
        object_type="org_unit",
        object_id=unit_id,
        object_name=name,
        unit_id=unit_id,
        detail=detail,
    )
