"""Comparisons and arithmetic, with an outcome defined for every pair of values.

Nothing (an unfilled field) is in no order to anything and makes a sum nothing; kinds that do not
fit raise ValueFault, which makes the condition not hold and is recorded.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException, DivisionByZero

from tongban_workflow.expressions.faults import ValueFault
from tongban_workflow.expressions.values import ARITHMETIC, Value, kind_of, same

Binary = Callable[[Value, Value], Value]


def _ordered(symbol: str, test: Callable[..., bool]) -> Binary:
    def compare(left: Value, right: Value) -> Value:
        if left is None or right is None:
            return False
        numbers = isinstance(left, Decimal) and isinstance(right, Decimal)
        if numbers or (isinstance(left, str) and isinstance(right, str)):
            return test(left, right)
        raise ValueFault(f"{kind_of(left)}与{kind_of(right)}不能用 {symbol} 比较")

    return compare


def _arithmetic(symbol: str, work: Callable[[Decimal, Decimal], Decimal]) -> Binary:
    def calculate(left: Value, right: Value) -> Value:
        if left is None or right is None:
            return None
        if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
            raise ValueFault(f"{kind_of(left)}与{kind_of(right)}不能用 {symbol} 计算")
        return _worked(work, left, right)

    return calculate


def _worked(work: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal:
    try:
        return work(left, right)
    except DivisionByZero as error:
        raise ValueFault("除数为零") from error
    except DecimalException as error:
        raise ValueFault("计算结果超出范围") from error


def _member(left: Value, right: Value) -> bool:
    if right is None:
        return False
    if not isinstance(right, tuple):
        raise ValueFault(f"in 的右边应是列表，不是{kind_of(right)}")
    return contains(right, left)


def contains(items: tuple[Value, ...], wanted: Value) -> bool:
    """Whether an item is the same as `wanted`, kind included."""
    kind = type(wanted)
    return any(item == wanted for item in items if type(item) is kind)


def negative(value: Value) -> Value:
    """Return minus a number; nothing stays nothing."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise ValueFault(f"{kind_of(value)}不能取负")
    return -value


COMPARISONS: dict[type[ast.cmpop], Binary] = {
    ast.Eq: same,
    ast.NotEq: lambda left, right: not same(left, right),
    ast.Lt: _ordered("<", operator.lt),
    ast.LtE: _ordered("<=", operator.le),
    ast.Gt: _ordered(">", operator.gt),
    ast.GtE: _ordered(">=", operator.ge),
    ast.In: _member,
    ast.NotIn: lambda left, right: not _member(left, right),
}

add = _arithmetic("+", ARITHMETIC.add)

ARITHMETIC_OPERATORS: dict[type[ast.operator], Binary] = {
    ast.Add: add,
    ast.Sub: _arithmetic("-", ARITHMETIC.subtract),
    ast.Mult: _arithmetic("*", ARITHMETIC.multiply),
    ast.Div: _arithmetic("/", ARITHMETIC.divide),
}
