"""What a flow is compiled to."""

from __future__ import annotations

from typing import Any

import pytest

from tongban_workflow.definitions import (
    PersonStep,
    SwitchStep,
    check_title,
    compile_flow,
    form_fields,
    render_title,
    required_fields,
)

FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {
            "place": {"type": "string"},
            "kind": {"enum": ["wired", "wifi"]},
            "level": {"enum": [1, 2], "type": "integer"},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            "amount": {"type": "string"},
            "agree": {"type": "boolean"},
            "day": {"type": "string", "format": "date"},
            "driver": {},
            "photos": {"type": "array"},
            "bare": {"type": "number"},
            "odd": True,
        },
        "required": ["place", "kind"],
    },
    "layout": [
        {"section": "信息"},
        {"field": "place", "widget": "text"},
        {
            "field": "kind",
            "widget": "choice",
            "options": [["wired", "有线"], ["wifi", "无线"]],
        },
        {"field": "level", "widget": "choice", "options": [["1", "一级"], ["2", "二级"]]},
        {"field": "tags", "widget": "choice", "options": [["a", "甲"], ["b", "乙"]]},
        {"field": "amount", "widget": "money"},
        {"field": "agree", "widget": "check"},
        {"field": "day", "widget": "date"},
        {"field": "driver", "widget": "person"},
        {"field": "photos", "widget": "file"},
    ],
}


def step(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "handle",
        "name": name,
        "who": [{"rule": "starter"}],
        "on_empty": "admin",
        **more,
    }


def switch(name: str, *flows: list[dict[str, Any]]) -> dict[str, Any]:
    branches: list[dict[str, Any]] = [{"if": "form.level > 0", "flow": one} for one in flows]
    del branches[-1]["if"]
    return {"id": name, "type": "switch", "name": name, "branches": branches}


def test_blocks_become_a_flat_map() -> None:
    blocks = [
        step("a"),
        switch("s", [step("b"), switch("t", [step("c")], [])], []),
        step("d"),
    ]
    compiled = compile_flow({"schema": 1, "flow": blocks}, form_fields(FORM))
    following = {node.id: node.next for node in compiled.nodes.values()}
    assert compiled.first == "a"
    assert compiled.order == ("a", "s", "b", "t", "c", "d")
    assert following == {"a": "s", "s": "d", "b": "t", "t": "d", "c": "d", "d": None}
    assert compiled.nodes["c"].path == ("s", "t")
    outer = compiled.nodes["s"].settings
    inner = compiled.nodes["t"].settings
    assert isinstance(outer, SwitchStep)
    assert isinstance(inner, SwitchStep)
    assert [branch.entry for branch in outer.branches] == ["b", "d"]
    assert [branch.entry for branch in inner.branches] == ["c", "d"]
    assert outer.branches[1].condition is None


def test_rights_are_complete_and_later_fields_are_not_the_starters() -> None:
    blocks = [step("a", fields={"amount": "required", "place": "hidden"})]
    compiled = compile_flow(
        {"schema": 1, "flow": blocks, "fill": {"fields": {"day": "hidden"}}}, form_fields(FORM)
    )
    fill = compiled.rights("@fill")
    assert set(fill) == set(FORM["schema"]["properties"])
    assert (fill["place"], fill["amount"], fill["day"]) == ("edit", "read", "hidden")
    assert compiled.rights("a")["amount"] == "required"
    assert compiled.rights("a")["place"] == "hidden"
    assert compiled.rights("a")["day"] == "read"


@pytest.mark.parametrize(
    ("more", "same", "starter"),
    [
        ({}, "none", "head"),
        ({"same_person": "any", "starter_is_approver": "auto"}, "any", "auto"),
        (
            {
                "same_person": "any",
                "starter_is_approver": "auto",
                "fields": {"amount": "required"},
            },
            "none",
            "head",
        ),
    ],
)
def test_a_step_that_must_be_filled_in_never_passes_by_itself(
    more: dict[str, Any], same: str, starter: str
) -> None:
    blocks = [step("a", type="approve", **more)]
    compiled = compile_flow({"schema": 1, "flow": blocks}, form_fields(FORM))
    settings = compiled.nodes["a"].settings
    assert isinstance(settings, PersonStep)
    assert settings.policies.same_person == same
    assert settings.policies.starter_is_approver == starter
    assert (settings.reject, settings.returns) == (True, frozenset({"@fill"}))


def test_the_kinds_of_fields_come_from_widget_and_schema() -> None:
    assert form_fields(FORM) == {
        "place": "text",
        "kind": "text",
        "level": "number",
        "tags": "list",
        "amount": "number",
        "agree": "bool",
        "day": "date",
        "driver": "person",
        "photos": "list",
        "bare": "number",
        "odd": "other",
    }
    assert required_fields(FORM) == {"place", "kind"}


@pytest.mark.parametrize("form", [{}, {"schema": 1}, {"schema": {"properties": []}}, {"layout": 1}])
def test_a_broken_form_has_no_fields(form: dict[str, Any]) -> None:
    assert form_fields(form) == {}
    assert required_fields(form) == frozenset()


@pytest.mark.parametrize(
    ("pattern", "values", "title"),
    [
        ("${form.place}", {"place": "A-03"}, "A-03"),
        ("${form.kind}：${form.place}", {"kind": "wifi", "place": "A"}, "无线：A"),
        ("${form.level} ${form.tags}", {"level": 2, "tags": ["a", "b"]}, "二级 甲、乙"),
        ("${form.place}", {"place": "一\n  二"}, "一 二"),
        ("${form.place}", {}, "网络报修"),
        ("", {"place": "A"}, "网络报修"),
        ("${form.place}", {"place": "${form.kind}", "kind": "x"}, "${form.kind}"),
        ("${form.place}", {"place": "长" * 300}, "长" * 120),
    ],
)
def test_a_title_is_made_of_the_values(pattern: str, values: dict[str, Any], title: str) -> None:
    form = {**FORM, "title": pattern}
    assert check_title(form) == []
    assert render_title(form, values, "网络报修") == title


def test_a_title_with_unknown_fields_is_refused() -> None:
    assert "没有字段「x」" in str(check_title({**FORM, "title": "${form.x}"})[0])
    assert check_title({**FORM, "title": 3})
