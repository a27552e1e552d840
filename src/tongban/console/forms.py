"""How the console's views try what a form asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tongban.web.forms import Form, reject
from tongban.web.refusals import FieldRefused

if TYPE_CHECKING:
    from pyramid.request import Request


def attempt(request: Request, form: Form, call: Callable[[], Any]) -> bool:
    """Run `call` if the form is in order; say whether it was done.

    What is wrong, in the form or by the service's word, stays in the form, the response becomes a
    422, and whatever was written is undone.
    """
    if form.validate():
        try:
            call()
        except FieldRefused as refusal:
            field = form[refusal.field]
            field.errors = [*field.errors, refusal.text]
        else:
            return True
    request.tm.doom()
    reject(request)
    return False


def shown(form: Form) -> dict[str, Any]:
    """Return what templates need of a form: values, messages by field, summary."""
    return {"values": form.values(), "messages": form.messages(), "errors": form.summary()}
