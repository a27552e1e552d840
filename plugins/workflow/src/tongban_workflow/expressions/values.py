"""Values of the language: nothing, yes/no, exact numbers, text, lists; anything else is opaque."""

from __future__ import annotations

import math
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from tongban_workflow.expressions.faults import ValueFault

# Object stands for what a form may hold but conditions cannot look into (a table row, a file).
Value = None | bool | Decimal | str | tuple[Any, ...] | object

# 34 digits (IEEE 754 decimal128) are exact for any amount of money; the cap bounds the cost.
ARITHMETIC = Context(prec=34, traps=[InvalidOperation, DivisionByZero, Overflow])

_MAX_DIGITS = 60


def from_json(value: Any) -> Value:
    """Return the language's value of a decoded JSON value; numbers become exact decimals."""
    if value is None or isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int):
        return _bounded(Decimal(value))
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return tuple(from_json(item) for item in value)
    return value  # type: ignore[no-any-return]  # opaque on purpose


def number_from_json(value: Any) -> Value:
    """Return the value of a number field, whose amounts may be kept as text ("12.50")."""
    if not isinstance(value, str):
        return from_json(value)
    try:
        return _bounded(Decimal(value)) if value.strip() else None
    except InvalidOperation:
        return value


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite() or number.adjusted() > _MAX_DIGITS:
        raise ValueFault("数字过大")
    return number


def is_true(value: Value) -> bool:
    """Whether a value counts as yes: not empty, not zero, not nothing."""
    return bool(value)


def same(left: Value, right: Value) -> bool:
    """Equality between values of one kind; values of different kinds are never equal."""
    return type(left) is type(right) and left == right


def kind_of(value: Value) -> str:
    """Return the Chinese name of a value's kind, for messages."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是否"
    if isinstance(value, Decimal):
        return "数字"
    if isinstance(value, str):
        return "文字"
    return "列表" if isinstance(value, tuple) else "不可比较的内容"
