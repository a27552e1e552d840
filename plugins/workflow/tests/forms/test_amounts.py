"""Numbers as typed, and amounts in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban_workflow.forms.amounts import (
    NotANumber,
    as_json,
    capital_amount,
    plain_text,
    read_decimal,
    read_money,
)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("486000", "肆拾捌万陆仟元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10001", "壹万零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("0.05", "伍分"),
        ("0", "零元整"),
        ("-1.20", "负壹元贰角整"),
        ("1234567890123.45", "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分"),
        ("20000000000000", ""),
    ],
)
def test_amounts_in_words(amount: str, words: str) -> None:
    """The examples of 支付结算办法, annex 一, and the corners around them."""
    assert capital_amount(Decimal(amount)) == words


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999.99"), places=2))
def test_words_never_repeat_a_nought(amount: Decimal) -> None:
    words = capital_amount(amount)
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@given(st.decimals(places=2, min_value=-(10**12), max_value=10**12))
def test_amounts_survive_json(amount: Decimal) -> None:
    """What was typed is what is stored, to the 分."""
    read = read_money(f"{amount:,}")
    assert Decimal(plain_text(as_json(read))) == amount


@pytest.mark.parametrize("text", ["", "abc", "1e5", "NaN", "inf", "1.2.3", "--1", "0x10", "1" * 99])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        read_decimal(text)
