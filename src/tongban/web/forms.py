"""Input checking of fixed forms, by WTForms; messages are Chinese and say what to enter.

Use `DataRequired`, not `InputRequired`: the latter takes blanks for an answer.

Forms that a service package declares are checked by their JSON Schema instead (workflow plugin).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import wtforms
from webob.multidict import MultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

if TYPE_CHECKING:
    from pyramid.request import Request

UNPROCESSABLE = 422


def clean_text(value: str | None) -> str | None:
    """Strip white space around and NUL characters inside, which PostgreSQL refuses."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class Form(wtforms.Form):
    """A form whose fields are stripped and whose standard messages are Chinese."""

    class Meta:
        """WTForms' settings of the form."""

        locales: ClassVar[tuple[str, ...]] = ("zh",)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Strip every text before it is checked."""
            filters = [clean_text, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **{**options, "filters": filters})

    def summary(self) -> list[tuple[str, str]]:
        """Return (field id, message) of everything to correct, for `ui['error_summary']`."""
        return [
            (field.id, f"{field.label.text}：{message}")
            for field in self
            for message in field.errors[:1]
        ]

    def messages(self) -> dict[str, str]:
        """Return the first message of each field that has one."""
        return {field.name: str(field.errors[0]) for field in self if field.errors}

    def values(self) -> dict[str, Any]:
        """Return what was typed, to be shown again."""
        return {
            field.name: field.data
            if field.raw_data is None
            else field._value()
            if hasattr(field, "_value")
            else field.data
            for field in self
        }


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, text) pairs as the choices of a select field."""
    return [SelectChoice(value, text) for value, text in pairs]


def pairs(field: Any) -> list[tuple[str, str]]:
    """Return a select field's choices as (value, text) pairs, for `ui['select_field']`."""
    return [(str(choice.value), str(choice.label)) for choice in field.choices]


def read_form(kind: type[Form], request: Request, initial: Mapping[str, Any] | None = None) -> Any:
    """Return the form filled from the request's body, or from `initial` when there is none.

    A file sent in the place of a text is left out.
    """
    posted = None
    if request.method == "POST":
        texts = [pair for pair in request.POST.items() if isinstance(pair[1], str)]
        posted = MultiDict(texts)
    return kind(posted, data=dict(initial or {}))


def reject(request: Request) -> None:
    """Mark the response as a form that must be corrected (422)."""
    request.response.status_int = UNPROCESSABLE
