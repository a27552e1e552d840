"""text, paragraph, phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found
from tongban_workflow.forms.posted import clean_line
from tongban_workflow.forms.widgets.widget import Entered, Unreadable, Widget, typed, wants

_CHINA = re.compile(r"^(?:\+|00)86")
_MOBILE = re.compile(r"1\d{10}\Z", re.ASCII)
_PHONE = re.compile(r"[+\d][\d()\-]{4,19}\Z", re.ASCII)


class Text(Widget):
    """`text`: one line."""

    name = "text"

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """Text is text."""
        return wants(schema, "string")

    def read(self, field: Field, entered: Entered, found: Found) -> str | None:
        """Return the line."""
        return clean_line(typed(entered, field.name)) or None


class Paragraph(Widget):
    """`paragraph`: several lines."""

    name = "paragraph"
    full: ClassVar[bool] = True

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """Text is text."""
        return wants(schema, "string")


class Phone(Widget):
    """`phone`: mobile numbers lose blanks, dashes and +86."""

    name = "phone"
    missing = "请填写电话号码"

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """A phone number is text."""
        return wants(schema, "string")

    def read(self, field: Field, entered: Entered, found: Found) -> str | None:
        """Return the number. Raises Unreadable for what cannot be one."""
        text = unicodedata.normalize("NFKC", typed(entered, field.name)).replace(" ", "")
        if not text:
            return None
        digits = _CHINA.sub("", text.replace("-", ""))
        number = digits if _MOBILE.match(digits) else text
        if not _PHONE.match(number):
            raise Unreadable("电话号码有误，请填写 11 位手机号码或带区号的座机")
        return number
