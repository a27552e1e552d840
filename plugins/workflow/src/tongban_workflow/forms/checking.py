"""Checking a `form.json` before it is published: every fault at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tongban_workflow.definitions import Fault, form_fields
from tongban_workflow.expressions import ExpressionFault, compile_expression
from tongban_workflow.forms.prefill import PREFILLS
from tongban_workflow.forms.schema import MAX_FIELDS, SchemaFault, make_validator
from tongban_workflow.forms.widgets import WIDGETS

SPANS = ("half", "full")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_KEYS = frozenset({"schema", "layout", "title"})
_COMMON = frozenset({"field", "widget", "label", "help", "span", "show_if"})
_LIMITS = {"label": 60, "help": 200, "placeholder": 60, "section": 40, "note": 200}


def check_form(form: object) -> list[Fault]:
    """Return every fault of a form; none means that it can be compiled."""
    if not isinstance(form, Mapping):
        return [Fault("表单", "应是一个对象")]
    faults = [Fault("表单", f"不认识的设置「{key}」") for key in form if key not in _KEYS]
    faults += _check_schema(form.get("schema"))
    if not faults:
        faults += _check_layout(form)
    return faults


def _check_schema(schema: object) -> list[Fault]:
    place = "表单 › schema"
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return [Fault(place, 'type 应为 "object"')]
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not 1 <= len(properties) <= MAX_FIELDS:
        return [Fault(f"{place} › properties", f"应有 1 到 {MAX_FIELDS} 个字段")]
    if schema.get("additionalProperties") is not False:
        return [Fault(place, "additionalProperties 应为 false")]
    wrong = [name for name in properties if not _NAME.match(name)]
    if wrong:
        told = "字段名用小写字母开头的字母、数字和 _，不超过 40 个"
        return [Fault(f"{place} › properties › {name[:60]}", told) for name in wrong]
    try:
        make_validator(schema)
    except SchemaFault as fault:
        return [Fault(place, str(fault))]
    required = schema.get("required", [])
    return [
        Fault(f"{place} › required", f"没有字段「{name}」")
        for name in required
        if name not in properties
    ]


def _check_layout(form: Mapping[str, Any]) -> list[Fault]:
    layout = form.get("layout")
    if not isinstance(layout, list) or not layout:
        return [Fault("表单 › layout", "应是字段的列表")]
    faults = []
    seen: set[str] = set()
    for number, item in enumerate(layout, start=1):
        place = f"表单 › 第 {number} 项"
        faults += [Fault(place, message) for message in _check_item(form, item, seen)]
    unseen = [name for name in form["schema"]["properties"] if name not in seen]
    faults += [Fault("表单 › layout", f"字段「{name}」没有放进版面") for name in unseen]
    return faults


def _check_item(form: Mapping[str, Any], item: object, seen: set[str]) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield "应是一个对象"
        return
    yield from _check_texts(item)
    if "section" in item or "note" in item:
        if len(item) > 1:
            yield "section 和 note 单独成一项"
        return
    name = item.get("field")
    properties = form["schema"]["properties"]
    if not isinstance(name, str) or name not in properties:
        yield f"schema 里没有字段「{name}」"
        return
    if name in seen:
        yield f"字段「{name}」重复"
        return
    seen.add(name)
    yield from (f"字段「{name}」：{message}" for message in _check_field(form, item))


def _check_texts(item: Mapping[str, Any]) -> Iterator[str]:
    for key, most in _LIMITS.items():
        text = item.get(key, "x")
        if not isinstance(text, str) or len(text) > most:
            yield f"{key} 应是不超过 {most} 字的文字"
        elif not text.strip() and key in ("label", "section", "note"):
            yield f"{key} 不能为空"


def _check_field(form: Mapping[str, Any], item: Mapping[str, Any]) -> Iterable[str]:
    if "label" not in item:
        yield "缺少 label"
    name = item.get("widget")
    widget = WIDGETS.get(name) if isinstance(name, str) else None
    if widget is None:
        yield f"没有这种控件「{name}」，可用 " + "、".join(WIDGETS)
        return
    yield from (f"不认识的设置「{key}」" for key in item if key not in _COMMON | widget.settings)
    if item.get("span", SPANS[0]) not in SPANS:
        yield "span 可用 " + "、".join(SPANS)
    if item.get("prefill", PREFILLS[0]) not in PREFILLS:
        yield "prefill 可用 " + "、".join(PREFILLS)
    schema = form["schema"]["properties"][item["field"]]
    yield from widget.check(item, schema if isinstance(schema, Mapping) else {})
    if "show_if" in item:
        yield from _check_condition(form, item)


def _check_condition(form: Mapping[str, Any], item: Mapping[str, Any]) -> Iterable[str]:
    text = item["show_if"]
    try:
        condition = compile_expression(text if isinstance(text, str) else "", form_fields(form))
    except ExpressionFault as fault:
        yield f"show_if {fault}"
        return
    if item["field"] in condition.fields:
        yield "show_if 不能取决于字段自身"
