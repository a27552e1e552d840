"""date."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found
from tongban_workflow.forms.widgets.widget import Entered, Unreadable, Widget, typed, wants

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Date(Widget):
    """`date`: stored as 2024-09-14; 2024/9/14 and 2024年9月14日 are understood."""

    name = "date"
    missing = "请选择日期"

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """A date is text of that format."""
        yield from wants(schema, "string")
        if schema.get("format") != "date":
            yield "schema 里要写 format 为 date"

    def read(self, field: Field, entered: Entered, found: Found) -> str | None:
        """Return the day. Raises Unreadable for what is no day between 1900 and 2199."""
        text = unicodedata.normalize("NFKC", typed(entered, field.name))
        if not text:
            return None
        match = _DATE.match(text)
        try:
            day = date(*(int(part) for part in match.groups())) if match else None
        except ValueError:
            day = None
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise Unreadable("日期有误，请写成 2024-09-14 的样子")
        return day.isoformat()
