"""What a form is compiled to: sections of fields and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tongban_workflow.expressions import Expression

if TYPE_CHECKING:
    from tongban_workflow.forms.widgets.widget import Widget


@dataclass(frozen=True)
class Option:
    """One option of a choice: the value stored and the text shown."""

    value: Any
    text: str

    @property
    def key(self) -> str:
        """The value as a control sends it."""
        return str(self.value)


@dataclass(frozen=True)
class Field:
    """One field of a form. `schema` is its JSON Schema; `required` that of the form as a whole."""

    name: str
    label: str
    widget: Widget
    schema: Mapping[str, Any]
    required: bool = False
    help: str = ""
    placeholder: str = ""
    full: bool = False
    show_if: Expression | None = None
    prefill: str = ""
    options: tuple[Option, ...] = ()
    style: str = ""
    accept: tuple[str, ...] = ()

    @property
    def items(self) -> Mapping[str, Any]:
        """The schema of the entries of a list field."""
        items = self.schema.get("items")
        return items if isinstance(items, Mapping) else {}

    @property
    def many(self) -> bool:
        """Whether the value is a list."""
        return self.schema.get("type") == "array"


@dataclass(frozen=True)
class Note:
    """A line of advice between fields."""

    text: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; the first one may have no heading."""

    title: str
    items: tuple[Field | Note, ...]


@dataclass(frozen=True)
class Layout:
    """The sections in order, and the fields by name in the same order."""

    sections: tuple[Section, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
