"""A form with a fault is refused when it is installed, and the fault is named with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban_workflow.forms import check_form, compile_form

from .making import LAYOUT, PROPERTIES, form_spec


def faults(**changes: Any) -> str:
    found = check_form(form_spec(**changes))
    return "；".join(f"{fault.place}：{fault.message}" for fault in found)


def schema(**changes: Any) -> dict[str, Any]:
    return {**form_spec()["schema"], **changes}


def with_field(spec: dict[str, Any]) -> dict[str, Any]:
    return schema(properties=PROPERTIES | {"x": spec})


def with_item(**item: Any) -> list[dict[str, Any]]:
    return [{**entry, **item} if entry.get("field") == "place" else entry for entry in LAYOUT]


def test_a_form_of_every_kind_has_no_fault() -> None:
    assert faults() == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": 5}, 'type 应为 "object"'),
        ({"schema": {"type": "object", "properties": {}}}, "应有 1 到 200 个字段"),
        ({"schema": schema(additionalProperties=True)}, "additionalProperties 应为 false"),
        ({"schema": schema(required=["nobody"])}, "没有字段「nobody」"),
        ({"schema": with_field({"$ref": "http://example.com/a"})}, "$ref 只能指向表单自身"),
        ({"schema": with_field({"$ref": "#/$defs/none"})}, "不是可用的 JSON Schema"),
        ({"schema": with_field({"type": "strng"})}, "不是可用的 JSON Schema"),
        ({"schema": with_field({"pattern": "(?=a)"})}, "不是可用的 JSON Schema"),
        ({"schema": with_field({"pattern": "(a{1,900}){1,900}"})}, "不是可用的 JSON Schema"),
        ({"schema": with_field({"format": "wish"})}, "不是可用的 JSON Schema"),
        ({"schema": with_field({"type": "string"})}, "字段「x」没有放进版面"),
        ({"schema": schema(properties={"Ä": {"type": "string"}})}, "字段名用小写字母开头"),
        ({"layout": []}, "应是字段的列表"),
        ({"layout": with_item(widget="magic")}, "没有这种控件「magic」"),
        ({"layout": with_item(wiget="text")}, "不认识的设置「wiget」"),
        ({"layout": with_item(span="third")}, "span 可用 half、full"),
        ({"layout": with_item(label="")}, "label 不能为空"),
        ({"layout": with_item(prefill="person.salary")}, "prefill 可用"),
        ({"layout": with_item(show_if="form.nobody == 1")}, "show_if"),
        ({"layout": with_item(show_if="form.place == 'a'")}, "show_if 不能取决于字段自身"),
        ({"layout": with_item(widget="date")}, "要写 format 为 date"),
        ({"layout": with_item(widget="file")}, "schema 应为"),
        ({"layout": with_item(widget="check")}, "type 应为 boolean"),
        ({"layout": with_item(widget="choice", options=[["a", "甲"]])}, "要用 enum 列出"),
        ({"layout": [*LAYOUT, LAYOUT[1]]}, "字段「place」重复"),
        ({"magic": 1}, "不认识的设置「magic」"),
    ],
)  # fmt: skip
def test_each_fault_is_named(changes: dict[str, Any], told: str) -> None:
    assert told in faults(**changes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = ("schema", "layout", "title")


@settings(max_examples=300, deadline=None)
@given(JSON | st.fixed_dictionaries(dict.fromkeys(KEYS, JSON)))
def test_no_json_breaks_the_check(form: Any) -> None:
    if not check_form(form):
        compile_form(form)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["widget", "label", "options", "style", "accept", "span", "help", "show_if",
                         "prefill", "placeholder", "field", "section", "note"]),
        JSON | st.sampled_from(["text", "choice", "file", "date", "form.kind == 'a'"]),
    )
)  # fmt: skip
def test_no_layout_breaks_the_check(item: dict[str, Any]) -> None:
    layout = [{**entry, **item} if entry.get("field") == "kind" else entry for entry in LAYOUT]
    form = form_spec(layout=layout)
    if not check_form(form):
        compile_form(form)
