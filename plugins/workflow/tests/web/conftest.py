"""A service on a small campus, and the people around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus, MadePerson, MadeUnit
from tongban_workflow.definitions import publish
from tongban_workflow.services import keep_service

ITEM = "network-repair"

FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "place": {"type": "string", "minLength": 2, "maxLength": 60},
            "kind": {"enum": ["wired", "wifi", "other"]},
            "other": {"type": "string", "maxLength": 40},
            "detail": {"type": "string", "maxLength": 500},
            "cost": {"type": "number", "minimum": 0, "maximum": 99999.99},
            "keeper": {"type": "string", "maxLength": 32},
            "unit": {"type": "string", "maxLength": 40},
            "phone": {"type": "string", "pattern": "^1[3-9][0-9]{9}$"},
            "photos": {
                "type": "array", "maxItems": 2, "items": {"type": "string", "format": "uuid"},
            },
            "secret": {"type": "string", "maxLength": 200},
            "report": {
                "type": "array", "maxItems": 2, "items": {"type": "string", "format": "uuid"},
            },
            "result": {"type": "string", "maxLength": 200},
        },
        "required": ["place", "kind"],
    },
    "layout": [
        {"section": "故障信息"},
        {"field": "place", "widget": "text", "label": "故障地点"},
        {"field": "kind", "widget": "choice", "label": "故障类型", "style": "radio",
         "options": [["wired", "有线"], ["wifi", "无线"], ["other", "其他"]]},
        {"field": "other", "widget": "text", "label": "其他类型",
         "show_if": "form.kind == 'other'"},
        {"field": "detail", "widget": "paragraph", "label": "故障描述"},
        {"field": "cost", "widget": "money", "label": "预算金额"},
        {"field": "keeper", "widget": "person", "label": "联系人"},
        {"field": "unit", "widget": "unit", "label": "所在部门"},
        {"field": "phone", "widget": "phone", "label": "联系电话", "prefill": "person.phone"},
        {"field": "photos", "widget": "file", "label": "照片", "accept": ["png", "txt"]},
        {"note": "请保持电话畅通。"},
        {"section": "处理情况"},
        {"field": "secret", "widget": "paragraph", "label": "内部意见"},
        {"field": "report", "widget": "file", "label": "内部报告", "accept": ["txt"]},
        {"field": "result", "widget": "paragraph", "label": "处理结果"},
    ],
    "title": "${form.place}",
}  # fmt: skip
INSIDE = {"secret": "hidden", "report": "hidden"}
FLOW: dict[str, Any] = {
    "schema": 1,
    "fill": {"fields": INSIDE},
    "flow": [
        {"id": "accept", "type": "approve", "name": "受理",
         "who": [{"rule": "role", "role": "it-duty", "unit": "owner"}],
         "on_empty": "admin", "starter_is_approver": "normal",
         "fields": {"secret": "edit", "report": "edit"},
         "actions": {"reject": True, "return": ["@fill"]}},
        {"id": "repair", "type": "handle", "name": "上门处理",
         "who": [{"rule": "role", "role": "it-duty", "unit": "owner"}],
         "on_empty": "admin", "fields": {"result": "required"}},
        {"id": "tell", "type": "cc", "name": "抄送部门负责人",
         "who": [{"rule": "unit_head", "of": "starter"}],
         "fields": INSIDE},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """The service, and one person of each part in it."""

    office: MadeUnit
    faculty: MadeUnit
    student: MadePerson
    handler: MadePerson
    colleague: MadePerson
    head: MadePerson
    office_admin: MadePerson
    other_admin: MadePerson
    operator: MadePerson
    stranger: MadePerson


@pytest.fixture
def world(campus: Campus, db: Session) -> World:
    """A faculty with a student, and the IT centre that repairs the network."""
    office = campus.unit("信息化管理中心", code="xxhglzx")
    faculty = campus.unit("计算机学院", code="jsjxy", kind="faculty")
    campus.role("it-duty")
    made = World(
        office=office,
        faculty=faculty,
        student=campus.person("林小满", unit=faculty, kind="student", phone="13912342864"),
        handler=campus.person("顾念之", unit=office),
        colleague=campus.person("魏长青", unit=office),
        head=campus.person("韩书言", unit=faculty),
        office_admin=campus.person("许明澈", unit=office),
        other_admin=campus.person("周雨桐", unit=faculty),
        operator=campus.person("罗予安", unit=office),
        stranger=campus.person("何景行", unit=faculty, kind="student"),
    )
    for person in (made.handler, made.colleague):
        campus.grant(person, "it-duty", office)
    campus.appoint(made.head, faculty, "院长")
    campus.grant(made.office_admin, "unit_admin", office)
    campus.grant(made.other_admin, "unit_admin", faculty)
    campus.grant(made.operator, "operator")
    publish_service(db, office)
    return made


def publish_service(db: Session, office: MadeUnit, version: str = "1.0.0") -> None:
    """Publish the service as its package would."""
    publish(
        db,
        item_id=ITEM,
        version=version,
        name="网络报修",
        owner_unit_id=office.id,
        number_prefix="BX",
        flow=FLOW,
        form=FORM,
    )
    keep_service(db, ITEM, audience=("student", "staff"), duration_days=2)
    db.commit()


@pytest.fixture
def browse(app: Browser) -> Callable[[MadePerson], Browser]:
    """Give each person a browser of their own, signed in."""
    browsers: dict[int, Browser] = {}

    def of(person: MadePerson) -> Browser:
        if person.id not in browsers:
            browsers[person.id] = app.another()
            browsers[person.id].sign_in(person)
        return browsers[person.id]

    return of


GOOD = {"f.place": "A03 实训楼 402", "f.kind": "wired", "f.detail": "第一行\n第二行"}


@pytest.fixture
def apply(world: World, browse: Callable[[MadePerson], Browser]) -> Callable[..., str]:
    """Send the form in as the student and return the path of the case."""

    def send(**more: Any) -> str:
        form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
        fill(form, {**GOOD, **more})
        answer = form.submit("act", value="submit", status=303)
        return str(answer.headers["Location"]).removeprefix("http://localhost")

    return send


def fill(form: Any, values: dict[str, Any]) -> None:
    """Fill in a form's controls."""
    for name, value in values.items():
        form[name] = value
