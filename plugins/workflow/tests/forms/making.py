"""Small forms for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongban_workflow.expressions import Environment
from tongban_workflow.forms import CompiledForm, Found, Posted, Reading, compile_form, read_form
from tongban_workflow.forms.posted import PREFIX
from tongban_workflow.forms.reading import read_entered

TODAY = Environment({}, {"kind": "staff"}, date(2026, 9, 14))

PROPERTIES: dict[str, dict[str, Any]] = {
    "place": {"type": "string", "minLength": 2, "maxLength": 20},
    "kind": {"enum": ["wired", "wifi", "other"]},
    "other": {"type": "string", "maxLength": 30},
    "detail": {"type": "string", "maxLength": 300},
    "amount": {"type": "number", "minimum": 0, "maximum": 99999.99},
    "count": {"type": "integer", "minimum": 1},
    "day": {"type": "string", "format": "date"},
    "uses": {"type": "array", "items": {"enum": ["teach", "study"]}, "maxItems": 2},
    "agree": {"const": True},
    "keeper": {"type": "string", "maxLength": 32},
    "unit": {"type": "string", "maxLength": 40},
    "phone": {"type": "string", "pattern": "^1[3-9][0-9]{9}$"},
    "files": {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 2},
    "result": {"type": "string", "maxLength": 100},
}
LAYOUT: list[dict[str, Any]] = [
    {"section": "内容"},
    {"field": "place", "widget": "text", "label": "地点"},
    {"field": "kind", "widget": "choice", "label": "类型", "style": "radio",
     "options": [["wired", "有线"], ["wifi", "无线"], ["other", "其他"]]},
    {"field": "other", "widget": "text", "label": "其他类型", "show_if": "form.kind == 'other'"},
    {"field": "detail", "widget": "paragraph", "label": "描述"},
    {"field": "amount", "widget": "money", "label": "金额"},
    {"field": "count", "widget": "number", "label": "数量"},
    {"field": "day", "widget": "date", "label": "日期"},
    {"field": "uses", "widget": "choice", "label": "用途", "style": "checkbox",
     "options": [["teach", "教学"], ["study", "科研"]]},
    {"field": "agree", "widget": "check", "label": "我已阅读"},
    {"field": "keeper", "widget": "person", "label": "联系人"},
    {"field": "unit", "widget": "unit", "label": "部门"},
    {"field": "phone", "widget": "phone", "label": "电话", "prefill": "person.phone"},
    {"field": "files", "widget": "file", "label": "附件", "accept": ["pdf", "png", "txt"]},
    {"note": "请保持电话畅通。"},
    {"section": "处理"},
    {"field": "result", "widget": "paragraph", "label": "处理结果"},
]  # fmt: skip
REQUIRED = ["place", "kind", "agree"]


def form_spec(**changes: Any) -> dict[str, Any]:
    """Return a `form.json` with one field of every kind."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": PROPERTIES,
        "required": REQUIRED,
    }
    return {"schema": schema, "layout": LAYOUT, "title": "${form.place}", **changes}


def every_kind() -> CompiledForm:
    """Return a form with one field of every kind."""
    return compile_form(form_spec())


def one_field(schema: Mapping[str, Any], widget: str, **item: Any) -> CompiledForm:
    """Return a form with a single required field `x`."""
    spec = form_spec(
        schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {"x": schema},
            "required": ["x"],
        },
        layout=[{"field": "x", "widget": widget, "label": "字段", **item}],
        title="",
    )
    return compile_form(spec)


def editing(form: CompiledForm, **rights: str) -> dict[str, str]:
    """Return rights that let everything be edited, but for those named."""
    return dict.fromkeys(form.fields, "edit") | rights


def sent(**controls: str | list[str]) -> Posted:
    """Return what a browser sends; `keeper__search` stands for `keeper.search`."""
    return Posted(
        {
            PREFIX + name.replace("__", "."): [text] if isinstance(text, str) else text
            for name, text in controls.items()
        }
    )


def reading(
    form: CompiledForm,
    posted: Posted,
    rights: Mapping[str, str] | None = None,
    stored: Mapping[str, Any] | None = None,
    found: Found | None = None,
    *,
    complete: bool = True,
) -> Reading:
    """Read what was posted."""
    rights = editing(form) if rights is None else rights
    entered = read_entered(form, rights, posted)
    return read_form(
        form, rights, entered, stored or {}, found or Found(), TODAY, complete=complete
    )
