"""The kinds of widgets. A new kind is a class, a line here and two macros in `widgets.pt`."""

from __future__ import annotations

from collections.abc import Mapping

from tongban_workflow.forms.widgets.attachments import Files
from tongban_workflow.forms.widgets.choices import Check, Choice
from tongban_workflow.forms.widgets.dates import Date
from tongban_workflow.forms.widgets.numbers import Money, Number
from tongban_workflow.forms.widgets.pickers import PersonPicker, UnitPicker
from tongban_workflow.forms.widgets.texts import Paragraph, Phone, Text
from tongban_workflow.forms.widgets.widget import Entered, Shown, Unreadable, Widget

_KINDS: tuple[Widget, ...] = (
    Text(),
    Paragraph(),
    Number(),
    Money(),
    Date(),
    Choice(),
    Check(),
    PersonPicker(),
    UnitPicker(),
    Phone(),
    Files(),
)
WIDGETS: Mapping[str, Widget] = {kind.name: kind for kind in _KINDS}

__all__ = ["WIDGETS", "Entered", "Shown", "Unreadable", "Widget"]
