"""number, money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tongban_workflow.forms.amounts import (
    NotANumber,
    as_json,
    capital_amount,
    plain_text,
    read_decimal,
    read_money,
)
from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found
from tongban_workflow.forms.widgets.widget import (
    Entered,
    Shown,
    Unreadable,
    Widget,
    typed,
    types_of,
    wants,
)


class Number(Widget):
    """`number`: stored as a JSON number, exact to 15 digits, or as text if the schema says so."""

    name = "number"

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """A number, or its text."""
        return wants(schema, "number", "integer", "string")

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the number as one types it."""
        return {field.name: [] if value is None else [plain_text(value)]}

    def read(self, field: Field, entered: Entered, found: Found) -> Any:
        """Return the number. Raises Unreadable."""
        whole = types_of(field.schema) == {"integer"}
        return self._read(field, entered, _whole if whole else read_decimal)

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return the number as one types it."""
        return Shown(plain_text(value))

    def _read(self, field: Field, entered: Entered, read: Callable[[str], Decimal]) -> Any:
        text = typed(entered, field.name)
        if not text:
            return None
        try:
            number = read(text)
        except NotANumber as error:
            raise Unreadable(str(error)) from error
        return format(number, "f") if types_of(field.schema) == {"string"} else as_json(number)


class Money(Number):
    """`money`: yuan, at most to the 分; read with the amount in capital words."""

    name = "money"
    missing = "请填写金额"

    def read(self, field: Field, entered: Entered, found: Found) -> Any:
        """Return the amount. Raises Unreadable."""
        return self._read(field, entered, read_money)

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return `¥ 486,000.00` and 肆拾捌万陆仟元整."""
        try:
            amount = Decimal(plain_text(value))
        except InvalidOperation:
            return Shown(str(value))
        if not amount.is_finite():
            return Shown(str(value))
        return Shown(f"¥ {amount:,.2f}", capital_amount(amount))


def _whole(text: str) -> Decimal:
    return read_decimal(text, decimals=0)
