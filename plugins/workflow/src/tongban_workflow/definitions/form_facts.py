"""What flows need to know of a form: its fields and their kinds, which are required, its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tongban_workflow.definitions.faults import Fault

MAX_TITLE = 120

_KIND_OF_WIDGET = {
    "text": "text",
    "paragraph": "text",
    "phone": "text",
    "unit": "text",
    "number": "number",
    "money": "number",
    "date": "date",
    "person": "person",
    "file": "list",
    "check": "bool",
}
_KIND_OF_TYPE = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "bool",
    "array": "list",
}
_PLACEHOLDER = re.compile(r"\$\{form\.(\w+)\}")
_SPACE = re.compile(r"\s+")


def form_fields(form: Mapping[str, Any]) -> dict[str, str]:
    """Return the kind of each field: text, number, date, bool, list, person or other."""
    widgets = {item["field"]: item for item in _items(form)}
    return {
        name: _kind(spec if isinstance(spec, Mapping) else {}, widgets.get(name, {}))
        for name, spec in _properties(form).items()
    }


def _kind(spec: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    kind_by_type = _KIND_OF_TYPE.get(str(spec.get("type")))
    if kind_by_type == "list":
        return "list"
    widget = item.get("widget")
    if widget == "choice":
        return kind_by_type or "text"
    return _KIND_OF_WIDGET.get(str(widget)) or kind_by_type or "other"


def required_fields(form: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that the form's schema requires."""
    required = _schema(form).get("required")
    listed = required if isinstance(required, list) else []
    return frozenset(name for name in listed if isinstance(name, str))


def _schema(form: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = form.get("schema") if isinstance(form, Mapping) else None
    return schema if isinstance(schema, Mapping) else {}


def _properties(form: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = _schema(form).get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _items(form: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    layout = form.get("layout") if isinstance(form, Mapping) else None
    for item in layout if isinstance(layout, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("field"), str):
            yield item


def check_title(form: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of the form's title pattern."""
    pattern = form.get("title", "") if isinstance(form, Mapping) else ""
    if not isinstance(pattern, str) or len(pattern) > MAX_TITLE:
        return [Fault("表单 › title", f"应是不超过 {MAX_TITLE} 字的文字")]
    fields = form_fields(form)
    unknown = [name for name in _PLACEHOLDER.findall(pattern) if name not in fields]
    return [Fault("表单 › title", f"表单里没有字段「{name}」") for name in unknown]


def render_title(form: Mapping[str, Any], values: Mapping[str, Any], default: str) -> str:
    """Return the title of a case: the pattern with the values, choices by their labels."""
    labels = {
        (item["field"], str(option[0])): str(option[1])
        for item in _items(form)
        for option in item.get("options") or ()
    }

    def shown(match: re.Match[str]) -> str:
        field = match[1]
        value = values.get(field)
        listed = value if isinstance(value, list) else [value]
        texts = [labels.get((field, str(one)), str(one)) for one in listed if one is not None]
        return "、".join(texts)

    text = _PLACEHOLDER.sub(shown, form.get("title", ""))
    return _SPACE.sub(" ", text).strip()[:MAX_TITLE] or default
