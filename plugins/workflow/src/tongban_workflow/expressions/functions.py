"""The functions an expression may call: pure, bounded, and defined for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tongban_workflow.expressions.faults import ValueFault
from tongban_workflow.expressions.operations import add, contains
from tongban_workflow.expressions.values import Value, kind_of

MAX_DAYS = 36_600


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the day and the arguments to a value; `most` None takes any number."""

    call: Callable[[date, Sequence[Value]], Value]
    least: int
    most: int | None

    def accepts(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        return self.least <= count and (self.most is None or count <= self.most)


def _length(_today: date, args: Sequence[Value]) -> Value:
    value = args[0]
    if value is None:
        return Decimal(0)
    if not isinstance(value, str | tuple):
        raise ValueFault(f"len 不能用于{kind_of(value)}")
    return Decimal(len(value))


def _numbers(name: str, args: Sequence[Value]) -> list[Decimal]:
    """Return the numbers among one list or several arguments; nothing is left out."""
    listed = args[0] if len(args) == 1 else tuple(args)
    items = listed if isinstance(listed, tuple) else (listed,)
    numbers = []
    for item in items:
        if item is None:
            continue
        if not isinstance(item, Decimal):
            raise ValueFault(f"{name} 只能用于数字，不能用于{kind_of(item)}")
        numbers.append(item)
    return numbers


def _sum(_today: date, args: Sequence[Value]) -> Value:
    total: Value = Decimal(0)
    for number in _numbers("sum", args):
        total = add(total, number)
    return total


def _least(_today: date, args: Sequence[Value]) -> Value:
    return min(_numbers("min", args), default=None)


def _most(_today: date, args: Sequence[Value]) -> Value:
    return max(_numbers("max", args), default=None)


def _absolute(_today: date, args: Sequence[Value]) -> Value:
    return next((number.copy_abs() for number in _numbers("abs", args)), None)


def _contains(_today: date, args: Sequence[Value]) -> Value:
    whole, part = args
    if whole is None or part is None:
        return False
    if isinstance(whole, str) and isinstance(part, str):
        return part in whole
    if isinstance(whole, tuple):
        return contains(whole, part)
    raise ValueFault(f"contains 不能在{kind_of(whole)}里找{kind_of(part)}")


def _starts_with(_today: date, args: Sequence[Value]) -> Value:
    whole, part = args
    if whole is None or part is None:
        return False
    if isinstance(whole, str) and isinstance(part, str):
        return whole.startswith(part)
    raise ValueFault("startswith 只能用于文字")


def _today(today: date, _args: Sequence[Value]) -> Value:
    return today.isoformat()


def _date(value: Value) -> date:
    if not isinstance(value, str):
        raise ValueFault(f"{kind_of(value)}不是日期")
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise ValueFault("文字不是日期") from error


def _days_between(_today: date, args: Sequence[Value]) -> Value:
    if args[0] is None or args[1] is None:
        return None
    return Decimal((_date(args[1]) - _date(args[0])).days)


def _add_days(_today: date, args: Sequence[Value]) -> Value:
    day, days = args
    if day is None or days is None:
        return None
    if not isinstance(days, Decimal) or abs(days) > MAX_DAYS:
        raise ValueFault(f"add_days 的天数应是不超过 {MAX_DAYS} 的数字")
    try:
        return (_date(day) + timedelta(days=int(days))).isoformat()
    except OverflowError as error:
        raise ValueFault("日期超出范围") from error


def _part(read: Callable[[date], int]) -> Callable[[date, Sequence[Value]], Value]:
    def call(_today: date, args: Sequence[Value]) -> Value:
        return None if args[0] is None else Decimal(read(_date(args[0])))

    return call


FUNCTIONS: Mapping[str, Function] = {
    "len": Function(_length, 1, 1),
    "sum": Function(_sum, 1, None),
    "min": Function(_least, 1, None),
    "max": Function(_most, 1, None),
    "abs": Function(_absolute, 1, 1),
    "contains": Function(_contains, 2, 2),
    "startswith": Function(_starts_with, 2, 2),
    "today": Function(_today, 0, 0),
    "days_between": Function(_days_between, 2, 2),
    "add_days": Function(_add_days, 2, 2),
    "year": Function(_part(lambda day: day.year), 1, 1),
    "month": Function(_part(lambda day: day.month), 1, 1),
    "weekday": Function(_part(lambda day: day.isoweekday()), 1, 1),
}
