"""What a person fills in becomes exactly the values of the form, or a message at the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban_workflow.forms import Found, Posted
from tongban_workflow.forms.found import FileFound, PersonFacts, UnitFacts
from tongban_workflow.forms.posted import PREFIX
from tongban_workflow.forms.reading import enter_stored, read_entered, read_form

from .making import PROPERTIES, TODAY, editing, every_kind, one_field, reading, sent

FORM = every_kind()
GOOD = {"place": "A03 实训楼", "kind": "wired", "agree": "1"}
ANNA = PersonFacts(7, "20190137", "安娜", "教务处", True)
BEN = PersonFacts(8, "20190138", "安邦", "后勤处", True)
GONE = PersonFacts(9, "20190139", "安离", "后勤处", False)
OFFICE = UnitFacts(3, "jwc", "教务处", True)
PEOPLE = Found(
    people={7: ANNA, 8: BEN, 9: GONE},
    people_by_number={one.number: one for one in (ANNA, BEN, GONE)},
    units={3: OFFICE},
    units_by_code={"jwc": OFFICE},
)


def test_a_good_form_is_read_into_json_values() -> None:
    """WF-6: every widget gives its value in the form's own kind."""
    came = reading(
        FORM,
        sent(
            **GOOD,
            detail="第一行\r\n第二行  ",
            amount="￥1，200.50",
            count="１２",
            day="2026年9月8日",
            uses=["teach", "study"],
            phone="+86 138-0013-8000",
            keeper="7",
            unit="3",
        ),
        found=PEOPLE,
    )
    assert came.errors == {}
    assert came.merged == {
        "place": "A03 实训楼",
        "kind": "wired",
        "agree": True,
        "detail": "第一行\n第二行",
        "amount": 1200.5,
        "count": 12,
        "day": "2026-09-08",
        "uses": ["teach", "study"],
        "phone": "13800138000",
        "keeper": "20190137",
        "unit": "jwc",
    }


def test_what_is_missing_is_told_at_each_field() -> None:
    came = reading(FORM, sent())
    assert came.errors == {"place": "请填写", "kind": "请选择", "agree": "请勾选"}


def test_a_draft_may_be_incomplete_but_not_wrong() -> None:
    came = reading(FORM, sent(count="many"), complete=False)
    assert came.errors == {"count": "请填写数字，如 1200 或 1200.50"}


@pytest.mark.parametrize(
    ("schema", "widget", "extra", "typed", "message"),
    [
        ({"type": "string", "minLength": 5}, "text", {}, "短", "至少填写 5 个字"),
        ({"type": "string", "maxLength": 3}, "text", {}, "太长的文字", "最多填写 3 个字"),
        (
            {"type": "string", "pattern": "^[a-z]+$"}, "text", {}, "ABC",
            "格式不符合要求，请核对后修改",
        ),
        (
            {"type": "string", "format": "email"}, "text", {}, "nobody",
            "邮箱地址有误，请写成 name@example.com 的样子",
        ),
        ({"type": "number", "minimum": 1.5}, "number", {}, "1", "不能小于 1.5"),
        ({"type": "number", "maximum": 9}, "number", {}, "10", "不能大于 9"),
        ({"type": "number", "exclusiveMinimum": 0}, "number", {}, "0", "应大于 0"),
        ({"type": "number", "exclusiveMaximum": 5}, "number", {}, "5", "应小于 5"),
        ({"type": "number", "multipleOf": 0.5}, "number", {}, "1.2", "应是 0.5 的倍数"),
        ({"type": "number", "multipleOf": 0.01}, "number", {}, "1.005", "小数最多 2 位"),
        ({"type": "integer"}, "number", {}, "1.5", "请填写整数"),
        ({"type": "number"}, "money", {}, "1.005", "金额最多填写到分"),
        ({"type": "number"}, "money", {}, "1" * 20, "数字过大，最多 15 位"),
        (
            {"type": "string", "format": "date"}, "date", {}, "2026-02-30",
            "日期有误，请写成 2024-09-14 的样子",
        ),
        (
            {"type": "string"}, "phone", {}, "abc",
            "电话号码有误，请填写 11 位手机号码或带区号的座机",
        ),
        ({"enum": ["a"]}, "choice", {"options": [["a", "甲"]]}, "b", "请从列出的选项中选择"),
        ({"type": "string"}, "person", {}, "999999", "请选择人员"),
        ({"type": "string"}, "unit", {}, "999999", "请选择部门"),
        ({"const": True}, "check", {}, "0", "请勾选"),
    ],
)  # fmt: skip
def test_each_kind_of_error_has_its_own_words(
    schema: dict[str, Any], widget: str, extra: dict[str, Any], typed: str, message: str
) -> None:
    came = reading(one_field(schema, widget, **extra), sent(x=typed))
    assert came.errors == {"x": message}


def test_lists_say_how_many() -> None:
    options = {"options": [["a", "甲"], ["b", "乙"], ["c", "丙"]], "style": "checkbox"}
    items = {"enum": ["a", "b", "c"]}
    few = one_field({"type": "array", "items": items, "minItems": 2}, "choice", **options)
    assert reading(few, sent(x=["a"])).errors == {"x": "至少选择 2 项"}
    many = one_field({"type": "array", "items": items, "maxItems": 1}, "choice", **options)
    assert reading(many, sent(x=["a", "b"])).errors == {"x": "最多选择 1 项"}


def test_only_what_may_be_edited_is_taken() -> None:
    rights = editing(FORM, place="read", detail="hidden", result="required")
    stored = {"place": "旧地点", "detail": "秘密", "kind": "wifi", "agree": True}
    came = reading(
        FORM, sent(**{**GOOD, "place": "新地点", "detail": "x", "result": "好了"}), rights, stored
    )
    assert came.errors == {}
    assert "place" not in came.changes
    assert came.merged["place"] == "旧地点"
    assert came.merged["detail"] == "秘密"
    assert came.changes["result"] == "好了"


def test_a_step_may_require_what_the_form_does_not() -> None:
    rights = dict.fromkeys(FORM.fields, "read") | {"result": "required"}
    stored = {"place": "A03", "kind": "wifi", "agree": True}
    assert reading(FORM, sent(result="  "), rights, stored).errors == {"result": "请填写"}


def test_what_others_entered_earlier_does_not_block_a_step() -> None:
    """A rule that became stricter, or a value from elsewhere, cannot be corrected at this step."""
    rights = dict.fromkeys(FORM.fields, "read") | {"result": "edit"}
    assert reading(FORM, sent(result="好"), rights, {"place": "x" * 500}).errors == {}


def test_a_field_that_is_not_shown_stays_empty() -> None:
    came = reading(FORM, sent(**GOOD, other="悄悄填的"))
    assert came.merged.get("other") is None
    assert came.changes["other"] is None
    came = reading(FORM, sent(**{**GOOD, "kind": "other"}, other="光纤"))
    assert came.merged["other"] == "光纤"


def test_a_picker_takes_the_only_match_and_asks_when_there_are_several() -> None:
    one = Found(people_matches={"keeper": (ANNA,)})
    came = reading(FORM, sent(**GOOD, keeper__search="安娜"), found=one)
    assert came.merged["keeper"] == ANNA.number
    two = Found(people={7: ANNA, 8: BEN}, people_matches={"keeper": (ANNA, BEN)})
    asked = reading(FORM, sent(**GOOD, keeper__search="安"), found=two)
    assert asked.errors == {"keeper": "找到多个人员，请选择其中一个"}
    chosen = reading(FORM, sent(**GOOD, keeper="8", keeper__search="安"), found=two)
    assert chosen.merged["keeper"] == BEN.number


def test_a_picker_says_when_nobody_is_found_or_the_person_left() -> None:
    nobody = reading(FORM, sent(**GOOD, keeper__search="无此人"))
    assert nobody.errors == {"keeper": "没有找到「无此人」，请核对后重新查找"}
    left = reading(FORM, sent(**GOOD, keeper="9"), found=PEOPLE)
    assert left.errors == {"keeper": "所选人员已停用，请重新选择"}


def test_a_search_that_does_not_fit_the_choice_asks_again() -> None:
    found = Found(people={7: ANNA}, people_matches={"keeper": (BEN, GONE)})
    came = reading(FORM, sent(**GOOD, keeper="7", keeper__search="安"), found=found)
    assert came.errors == {"keeper": "找到多个人员，请选择其中一个"}


def test_only_ones_own_files_are_taken() -> None:
    mine, other = "0190b3c2-7c1e-7000-8000-000000000001", "0190b3c2-7c1e-7000-8000-000000000002"
    found = Found(files={mine: FileFound(mine, "a.pdf", 10)})
    assert reading(FORM, sent(**GOOD, files=[mine]), found=found).merged["files"] == [mine]
    for strange in (other, "not-an-id", "0190b3c2-7c1e-7000-8000-00000000ffff"):
        came = reading(FORM, sent(**GOOD, files=[mine, strange]), found=found)
        assert came.errors == {"files": "有附件已失效，请重新上传"}


def test_patterns_of_packages_cost_no_more_than_they_should() -> None:
    """A pattern that makes other engines run for ages answers at once."""
    form = one_field({"type": "string", "pattern": "^(a+)+$"}, "text")
    assert reading(form, sent(x="a" * 50_000 + "b")).errors


def test_contradictions_between_fields_are_told_for_the_whole_form() -> None:
    form = every_kind()
    spec = {**form.spec, "schema": {**form.spec["schema"], "not": {"required": ["place", "kind"]}}}
    from tongban_workflow.forms import compile_form

    assert "" in reading(compile_form(spec), sent(**GOOD)).errors


ANY_TEXT = st.text(max_size=60) | st.sampled_from(
    ["\x00", "1e309", "NaN", "-0", "٣", "½", "9" * 60, "2026-13-01", "1", "7", "\ud800"]
)
CONTROLS = [*PROPERTIES, "keeper.search", "unit.search", "files.new", "csrf_token", "nothing"]
BODIES = st.dictionaries(
    st.sampled_from(CONTROLS).map(lambda name: PREFIX + name), st.lists(ANY_TEXT, max_size=3)
)
RIGHTS = st.fixed_dictionaries(
    {name: st.sampled_from(["hidden", "read", "edit", "required"]) for name in PROPERTIES}
)


@settings(max_examples=400, deadline=None)
@given(body=BODIES, rights=RIGHTS)
def test_no_input_breaks_the_reader(body: dict[str, list[str]], rights: dict[str, str]) -> None:
    """Whatever is posted: values that can be stored, or a message; nothing beyond the rights."""
    came = reading(FORM, Posted(body), rights, {"place": "旧", "kind": "wifi"}, PEOPLE)
    text = json.dumps(came.merged, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()
    assert set(came.changes) == {n for n, right in rights.items() if right in ("edit", "required")}
    for name in ("place", "kind"):
        if rights[name] in ("hidden", "read"):
            assert came.merged[name] == {"place": "旧", "kind": "wifi"}[name]
    if not came.errors:
        own = {name: value for name, value in came.changes.items() if value is not None}
        whole = {"place": "某处", "kind": "wifi", "agree": True} | own
        assert FORM.validator.is_valid(whole)


@settings(max_examples=200, deadline=None)
@given(body=BODIES)
def test_what_was_read_can_be_edited_again(body: dict[str, list[str]]) -> None:
    """A stored form, shown for editing and sent back untouched, is the same form."""
    rights = editing(FORM)
    first = reading(FORM, Posted(body), found=PEOPLE)
    if first.errors:
        return
    entered = enter_stored(FORM, rights, first.merged, PEOPLE)
    again = read_form(FORM, rights, entered, first.merged, PEOPLE, TODAY)
    assert again.merged == first.merged


def test_values_are_kept_as_typed() -> None:
    entered = read_entered(FORM, editing(FORM), sent(count="abc", place=" 两 字 "))
    assert entered["count"] == ["abc"]
    assert entered["place"] == ["两 字"]
