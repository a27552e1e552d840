"""What people who write conditions rely on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban_workflow.expressions import (
    MAX_LENGTH,
    Environment,
    ExpressionFault,
    Verdict,
    compile_expression,
)

FIELDS = {
    "amount": "number",
    "price": "number",
    "kind": "text",
    "note": "text",
    "agree": "bool",
    "tags": "list",
    "counts": "list",
    "rows": "list",
    "day": "date",
    "金额": "number",
}
STARTER = {"kind": "staff", "number": "20080011", "unit": "rsc", "grade": ""}
TODAY = date(2026, 9, 14)


def run(text: str, **form: Any) -> Verdict:
    return compile_expression(text, FIELDS).test(Environment(form, STARTER, TODAY))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("form.amount > 10000", {"amount": 10000.01}),
        ("form.amount >= 10000 and form.kind == '大额'", {"amount": 10000, "kind": "大额"}),
        ("form.amount + form.price == 0.3", {"amount": 0.1, "price": 0.2}),
        ("form.amount * 3 == 0.3", {"amount": "0.10"}),
        ("form.price / 4 == 0.25", {"price": 1}),
        ("-form.amount < 0", {"amount": 1}),
        ("1 < form.amount <= 5", {"amount": 5}),
        ("form.kind in ['wired', 'wifi']", {"kind": "wifi"}),
        ("form.kind not in ('wired', 'wifi')", {"kind": "other"}),
        ("'b' in form.tags", {"tags": ["a", "b"]}),
        ("not form.agree", {"agree": False}),
        ("form.agree == true", {"agree": True}),
        ("form.note == null", {}),
        ("form.金额 > 1", {"金额": 2}),
        ("len(form.tags) == 2 and len(form.note) == 0", {"tags": ["a", "b"]}),
        ("sum(form.counts) == 0.6", {"counts": [0.1, 0.2, 0.3, None]}),
        (
            "min(form.amount, form.price) == 1 and max(form.counts) == 7",
            {"amount": 1, "price": 2, "counts": [7, 3]},
        ),
        ("abs(form.amount) == 3", {"amount": -3}),
        ("contains(form.note, '漏水') or startswith(form.note, '停电')", {"note": "停电了"}),
        ("contains(form.tags, 'a')", {"tags": ["a"]}),
        ("days_between(today(), form.day) > 3", {"day": "2026-09-20"}),
        ("add_days(form.day, 3) == '2026-10-02'", {"day": "2026-09-29"}),
        ("form.day < '2026-12-01'", {"day": "2026-09-29"}),
        (
            "year(form.day) == 2026 and month(form.day) == 9 and weekday(form.day) == 2",
            {"day": "2026-09-29"},
        ),
        ("starter.kind == 'staff' and starter.unit == 'rsc'", {}),
        ("  form.amount > 1  ", {"amount": 2}),
    ],
)
def test_conditions_that_hold(text: str, form: dict[str, Any]) -> None:
    assert run(text, **form) == Verdict(True)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("form.amount > 10000", {"amount": 10000}),
        ("form.amount > 10000", {}),
        ("form.amount + form.price > 0", {"amount": 1}),
        ("form.kind == 1", {"kind": "1"}),
        ("form.agree == 1", {"agree": True}),
        ("form.kind in form.tags", {"kind": "a"}),
        ("form.amount < 1 < 5", {"amount": 3}),
    ],
)
def test_conditions_that_do_not_hold(text: str, form: dict[str, Any]) -> None:
    assert run(text, **form) == Verdict(False)


@pytest.mark.parametrize(
    ("text", "form", "fault"),
    [
        ("form.kind > 3", {"kind": "x"}, "文字与数字不能用 > 比较"),
        ("form.kind + 1 > 3", {"kind": "x"}, "文字与数字不能用 + 计算"),
        ("'a' * 9 == 'aaaaaaaaa'", {}, "文字与数字不能用 * 计算"),
        ("form.amount / 0 > 1", {"amount": 1}, "除数为零"),
        ("0 / 0 == 1", {}, "计算结果超出范围"),
        ("-form.kind == 1", {"kind": "x"}, "文字不能取负"),
        ("form.kind in form.note", {"kind": "x", "note": "xy"}, "in 的右边应是列表，不是文字"),
        ("len(form.agree) > 0", {"agree": True}, "len 不能用于是否"),
        ("sum(form.tags) > 0", {"tags": ["a"]}, "sum 只能用于数字，不能用于文字"),
        ("year(form.day) == 1", {"day": "昨天"}, "文字不是日期"),
        (
            "add_days(form.day, form.amount) == ''",
            {"day": "2026-01-01", "amount": 1e30},
            "add_days 的天数应是不超过 36600 的数字",
        ),
        ("add_days('9999-12-31', 1) == ''", {}, "日期超出范围"),
        ("form.amount > 1", {"amount": 10**80}, "数字过大"),
        ("form.amount > 1", {"amount": "NaN"}, "数字过大"),
        ("form.amount > 1", {"amount": "很多"}, "文字与数字不能用 > 比较"),
        ("form.rows > 1", {"rows": [{"a": 1}]}, "列表与数字不能用 > 比较"),
    ],
)
def test_values_that_do_not_fit_make_it_false_and_say_why(
    text: str, form: dict[str, Any], fault: str
) -> None:
    assert run(text, **form) == Verdict(False, fault)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "条件不能为空", 1),
        ("form.amont > 1", "表单里没有字段「amont」", 1),
        ("form.金额 > 1 and form.mm > 1", "表单里没有字段「mm」", 17),
        ("starter.name == 'x'", "申请人没有「name」", 1),
        ("amount > 1", "未知的名称「amount」", 1),
        ("form.amount >", "条件写法有误", 13),
        ("form.amount is 1", "比较请用", 1),
        ("form.amount % 2 == 0", "只能用 + - * / 计算", 1),
        ("form.amount > 1_000", "数字请写成", 15),
        ("form.amount > 0x10", "数字请写成", 15),
        ("form.amount > 1e3", "数字请写成", 15),
        ("len() > 1", "函数 len 的参数个数不对", 1),
        ("size(form.tags) > 1", "没有函数「size」", 1),
    ],
)
def test_faults_name_the_place_in_chinese(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text, FIELDS)
    assert message in caught.value.message
    assert caught.value.position == position


def test_an_expression_knows_the_fields_it_reads() -> None:
    expression = compile_expression("form.amount > 1 or starter.kind in form.tags", FIELDS)
    assert expression.fields == {"amount", "tags"}


def test_the_value_of_a_computed_field_is_exact() -> None:
    expression = compile_expression("form.amount * form.price", FIELDS)
    form = {"amount": "19.99", "price": 3}
    assert expression.value(Environment(form, STARTER, TODAY)) == Decimal("59.97")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
operands = st.sampled_from(
    [f"form.{name}" for name in FIELDS]
    + [f"starter.{name}" for name in STARTER]
    + ["1", "0", "2.50", "'a'", "'2026-01-01'", "[1, 'a']", "true", "null", "today()"]
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(
        ["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "in", "not in", "and", "or"]
    )
    one = st.sampled_from(["len", "sum", "min", "max", "abs", "year", "month", "weekday"])
    two = st.sampled_from(["contains", "startswith", "days_between", "add_days", "max"])
    return (
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | st.tuples(one, inner).map(lambda t: f"{t[0]}({t[1]})")
        | inner.map(lambda part: f"(not ({part}))")
        | st.tuples(two, inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
    )


expressions = st.recursive(operands, _grow, max_leaves=12)


@given(expressions, st.dictionaries(st.sampled_from(sorted(FIELDS)), json_values))
def test_no_values_make_an_accepted_condition_raise(text: str, form: dict[str, Any]) -> None:
    try:
        expression = compile_expression(text, FIELDS)
    except ExpressionFault:
        assert len(text) > MAX_LENGTH or "过于复杂" in str(_fault_of(text))
        return
    verdict = expression.test(Environment(form, STARTER, TODAY))
    assert isinstance(verdict.value, bool)
    assert not (verdict.fault and verdict.value)


def _fault_of(text: str) -> ExpressionFault | None:
    try:
        compile_expression(text, FIELDS)
    except ExpressionFault as fault:
        return fault
    return None


@given(st.text(max_size=200))
def test_any_text_is_accepted_or_refused_never_a_crash(text: str) -> None:
    fault = _fault_of(text)
    assert fault is None or fault.position >= 1
