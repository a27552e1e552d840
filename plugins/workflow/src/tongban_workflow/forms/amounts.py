"""Numbers as people type them, and amounts in words as documents show them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# 15 significant digits survive JSON's binary numbers unchanged (IEEE 754 binary64).
MOST_DIGITS = 15
MOST_DECIMALS = 6

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})\Z", re.ASCII)
_IGNORED = re.compile(r"[,\s_]")
_CURRENCY = re.compile(r"^[¥￥]|元$")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ((100_000_000, "亿"), (10_000, "万"))
_LARGEST = Decimal("9999999999999.99")


class NotANumber(ValueError):
    """What was typed is no number; the Chinese text says what to type."""


def read_decimal(text: str, *, decimals: int = MOST_DECIMALS) -> Decimal:
    """Return the exact number that `text` shows; full-width digits and `1,234` are understood.

    Raises NotANumber for anything else, for more than 15 digits and for too many decimals.
    """
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text))
    if not _NUMBER.match(plain):
        raise NotANumber("请填写数字，如 1200 或 1200.50")
    number = Decimal(plain)
    digits = number.normalize().as_tuple()
    exponent = digits.exponent if isinstance(digits.exponent, int) else 0
    if -exponent > decimals:
        raise NotANumber("请填写整数" if decimals == 0 else f"小数最多 {decimals} 位")
    if len(digits.digits) + max(exponent, 0) > MOST_DIGITS:
        raise NotANumber(f"数字过大，最多 {MOST_DIGITS} 位")
    return number if number else Decimal(0)


def read_money(text: str) -> Decimal:
    """Return an amount in yuan, at most to the 分. Raises NotANumber."""
    plain = _CURRENCY.sub("", unicodedata.normalize("NFKC", text).strip())
    try:
        return read_decimal(plain, decimals=2)
    except NotANumber as error:
        told = "金额最多填写到分" if "小数" in str(error) else str(error)
        raise NotANumber(told) from None


def as_json(number: Decimal) -> int | float:
    """Return the JSON number; exact for what `read_decimal` returns."""
    return int(number) if number == number.to_integral_value() else float(number)


def plain_text(value: object) -> str:
    """Return a stored number as one types it, `1200.5`; anything else as its text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return format(Decimal(repr(value) if isinstance(value, float) else value), "f")


def capital_amount(amount: Decimal) -> str:
    """Return an amount in capital words: 肆拾捌万陆仟元整, 壹佰元零伍分, 负壹元贰角整.

    After 支付结算办法 (1997), annex 一, 填写票据的基本规定 二 to 四. Empty for amounts beyond
    ten trillion, which the words do not cover.
    """
    cents = abs(amount).quantize(Decimal("0.01"))
    if cents > _LARGEST:
        return ""
    yuan, fen = divmod(int(cents * 100), 100)
    words = _whole(yuan) + "元" if yuan else ""
    words += _fraction(fen, after_yuan=bool(yuan))
    return ("负" if amount < 0 and words else "") + (words or "零元整")


def _fraction(fen: int, *, after_yuan: bool) -> str:
    tenths, hundredths = divmod(fen, 10)
    if not fen:
        return "整" if after_yuan else ""
    words = f"{_DIGITS[tenths]}角" if tenths else ("零" if after_yuan else "")
    return words + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _whole(number: int) -> str:
    for size, name in _GROUPS:
        if number >= size:
            upper, lower = divmod(number, size)
            gap = _DIGITS[0] if 0 < lower < size // 10 else ""
            return _whole(upper) + name + gap + (_whole(lower) if lower else "")
    return _group(number)


def _group(number: int) -> str:
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = gap or bool(words)
            continue
        words += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
