"""Reading the forms of a page as a browser would send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

_BOUNDARY = "----tongban-bench-boundary"
_UNSENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """A form: where it goes, the values it would send, the buttons it offers."""

    id: str
    action: str
    multipart: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


def encode(fields: Mapping[str, str], *, multipart: bool = False) -> tuple[bytes, str]:
    """Return the body that a browser sends for some fields, and its content type."""
    if not multipart:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    parts = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    body = "".join(parts) + f"--{_BOUNDARY}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={_BOUNDARY}"


def read_forms(page: str) -> list[Form]:
    """Return the forms of a page in order."""
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given.get("id", ""), given.get("action", ""), multipart)
            self.forms.append(self._form)
        elif self._form is not None and "disabled" not in given:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "button" and name:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "value" in given:
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given["value"]
        elif tag == "textarea" and name:
            self._textarea = name
            form.fields[name] = ""

    @staticmethod
    def _input(form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif kind == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif kind not in _UNSENT:
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form is not None:
            self._form.fields[self._textarea] += data
