"""What a kind of widget offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import FileFound, Found

# What was typed, by control of the form (`place`, `keeper`, `keeper.search`), as texts.
Entered = Mapping[str, Sequence[str]]


class Unreadable(ValueError):
    """What was typed cannot be the field's value; the Chinese text says what to type."""


@dataclass(frozen=True)
class Shown:
    """A value as it is read: text, a smaller line below it, files."""

    text: str = ""
    note: str = ""
    files: Sequence[FileFound] = ()


def typed(entered: Entered, control: str) -> str:
    """Return the one text of a control, empty where there is none."""
    texts = entered.get(control, ())
    return texts[0] if texts else ""


class Widget:
    """Base of the kinds of widgets.

    `name` is the layout's word and chooses the macros `edit_<name>` and `read_<name>`; `settings`
    are its own keys of the layout; `missing` is what is said when a needed value is not there;
    `lookup` is what its values name: `person`, `unit`, `file` or nothing.
    """

    name: ClassVar[str] = ""
    settings: ClassVar[frozenset[str]] = frozenset({"placeholder", "prefill"})
    missing: ClassVar[str] = "请填写"
    lookup: ClassVar[str] = ""
    full: ClassVar[bool] = False

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """Return what is wrong with the field's layout and schema, in Chinese."""
        return ()

    def controls(self, field: Field) -> tuple[str, ...]:
        """Return the names of the field's controls."""
        return (field.name,)

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the controls' texts for a stored value."""
        return {field.name: [] if value is None else [str(value)]}

    def read(self, field: Field, entered: Entered, found: Found) -> Any:
        """Return the value that was entered, None for nothing. Raises Unreadable."""
        return typed(entered, field.name) or None

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return a stored value as it is read; never raises, whatever is stored."""
        return Shown(str(value))


def types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the JSON types that a field's schema says; none if it does not say."""
    said = schema.get("type")
    listed = said if isinstance(said, list) else [said]
    return frozenset(name for name in listed if isinstance(name, str))


def wants(schema: Mapping[str, Any], *types: str) -> Iterable[str]:
    """Return a fault unless the schema's type is one of these."""
    if not types_of(schema) & set(types) and not ("enum" in schema or "const" in schema):
        yield "schema 里的 type 应为 " + " 或 ".join(types)
