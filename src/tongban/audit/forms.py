"""The filter above the list of events."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from wtforms import DateField, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from tongban.audit.search import EventFilter
from tongban.audit.titles import FAMILIES, OUTCOMES
from tongban.web.forms import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

_BAD_DATE = "请按 2024-09-14 的格式填写日期。"


class _Day(DateField):
    """A date whose message is the house's."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the date. Raises ValueError, which WTForms shows at the field."""
        if valuelist and not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_BAD_DATE) from None


class EventFilterForm(Form):
    """Who, what, when, with which outcome. Everything may be left out."""

    person = StringField("人员", [Length(max=60, message="请不要超过 60 字。")])
    family = SelectField("操作", validate_choice=False)
    thing = StringField("对象", [Length(max=120, message="请不要超过 120 字。")])
    outcome = SelectField("结果", validate_choice=False)
    since = _Day("开始日期", [Optional()])
    until = _Day("结束日期", [Optional()])

    def validate_until(self, field: Any) -> None:
        """Refuse an end before the start."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("结束日期不能早于开始日期。")

    def offer(self, plugins: Iterable[tuple[str, str]]) -> None:
        """Offer the kernel's families of actions and one for each plugin (id, title)."""
        own = [(f"{plugin_id}.", title) for plugin_id, title in plugins]
        self.family.choices = [("", "全部操作"), *FAMILIES, *own]
        self.outcome.choices = [
            ("", "全部结果"),
            *((outcome, text) for outcome, (_tone, text) in OUTCOMES.items()),
        ]

    def wanted(self, zone: ZoneInfo) -> EventFilter:
        """Return the filter; what is wrong or not offered is left out. Days are the campus's."""
        wrong = self.errors
        values: Mapping[str, Any] = {
            name: None if name in wrong else field.data for name, field in self._fields.items()
        }
        until = _midnight(values["until"], zone)
        return EventFilter(
            person=values["person"] or "",
            family=_offered(self.family.choices, values["family"]),
            thing=values["thing"] or "",
            outcome=_offered(self.outcome.choices, values["outcome"]),
            since=_midnight(values["since"], zone),
            until=until + timedelta(days=1) if until is not None else None,
        )


def _offered(choices: Any, value: str | None) -> str:
    return value if value and value in {choice for choice, _text in choices} else ""


def _midnight(day: Any, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day is not None else None
