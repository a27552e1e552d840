"""choice (select, radio, checkbox), check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

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

STYLES = ("select", "radio", "checkbox")
MOST_OPTIONS = 200
CHECKED = "1"

_LONGEST_TEXT = 60


class Choice(Widget):
    """`choice`: one of the options, or several of them with style `checkbox`."""

    name = "choice"
    settings: ClassVar[frozenset[str]] = frozenset({"options", "style"})
    missing = "请选择"

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """The options are pairs, the style fits the schema, and both name the same values."""
        faults = list(_check_options(item.get("options")))
        yield from faults
        several = "array" in types_of(schema)
        style = item.get("style", "checkbox" if several else "select")
        if style not in STYLES:
            yield "style 可用 " + "、".join(STYLES)
        elif several != (style == "checkbox"):
            yield "checkbox 用于列表（type 为 array），select 和 radio 用于单个值"
        if not faults:
            yield from _check_values(item["options"], _inner(schema, several=several))

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the keys of what is chosen."""
        listed = value if isinstance(value, list) else [] if value is None else [value]
        return {field.name: [str(one) for one in listed]}

    def read(self, field: Field, entered: Entered, found: Found) -> Any:
        """Return the values chosen. Raises Unreadable for what is no option."""
        values = {option.key: option.value for option in field.options}
        keys = [key for key in dict.fromkeys(entered.get(field.name, ())) if key]
        if any(key not in values for key in keys):
            raise Unreadable("请从列出的选项中选择")
        chosen = [values[key] for key in keys]
        if field.many:
            return chosen or None
        if len(chosen) > 1:
            raise Unreadable("只能选择一项")
        return chosen[0] if chosen else None

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return the texts of what is chosen."""
        texts = {option.key: option.text for option in field.options}
        listed = value if isinstance(value, list) else [value]
        return Shown("、".join(texts.get(str(one), str(one)) for one in listed))


class Check(Widget):
    """`check`: a box to tick. With `"const": true` it must be ticked."""

    name = "check"
    settings: ClassVar[frozenset[str]] = frozenset()
    missing = "请勾选"
    full: ClassVar[bool] = True

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """Yes or no, or yes alone."""
        if schema.get("const") is not True:
            yield from wants(schema, "boolean")

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the tick."""
        return {field.name: [CHECKED] if value is True else []}

    def read(self, field: Field, entered: Entered, found: Found) -> bool | None:
        """Return whether it is ticked; one that must be ticked has no value until it is."""
        if typed(entered, field.name) == CHECKED:
            return True
        return None if field.schema.get("const") is True else False

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return 是 or 否."""
        return Shown("是" if value is True else "否")


def _check_options(options: object) -> Iterable[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= MOST_OPTIONS:
        yield f"options 应列出 1 到 {MOST_OPTIONS} 个选项"
        return
    for option in options:
        pair = isinstance(option, list) and len(option) == 2
        if not pair or not isinstance(option[0], str | int) or not _is_text(option[1]):
            yield f"每个选项写成 [值, 文字]，文字不超过 {_LONGEST_TEXT} 字"
            return
    keys = [str(option[0]) for option in options]
    if len(set(keys)) < len(keys) or "" in keys:
        yield "选项的值不能为空，也不能重复"


def _is_text(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST_TEXT


def _inner(schema: Mapping[str, Any], *, several: bool) -> Mapping[str, Any]:
    inner = schema.get("items") if several else schema
    return inner if isinstance(inner, Mapping) else {}


def _check_values(options: list[list[Any]], schema: Mapping[str, Any]) -> Iterable[str]:
    allowed = schema.get("enum")
    if not isinstance(allowed, list):
        yield "schema 里要用 enum 列出选项的值"
    elif [one for one in allowed if one not in [option[0] for option in options]]:
        yield "schema 的 enum 里有值没有列入 options"
    elif [option[0] for option in options if option[0] not in allowed]:
        yield "options 里有值没有列入 schema 的 enum"
