"""Checking what comes in with an act: request id, opinion, form values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tongban_workflow.definitions import EDITABLE
from tongban_workflow.engine.errors import (
    MAX_FORM_BYTES,
    MAX_OPINION,
    BadRequestId,
    FieldsMissing,
    FormChanged,
    FormTooLarge,
    FormUnreadable,
    OpinionRequired,
    OpinionTooLong,
)
from tongban_workflow.engine.run import Run

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_CONTROLS = {code: None for code in range(32) if code not in (9, 10)}
_EMPTY: tuple[object, ...] = (None, "", [], {})


def checked_request_id(request_id: str) -> str:
    """Return the request id. Raises BadRequestId."""
    if not isinstance(request_id, str) or not _REQUEST_ID.match(request_id):
        raise BadRequestId
    return request_id


def checked_opinion(opinion: str, *, required_by: str = "") -> str:
    """Return the opinion without what cannot be stored. Raises OpinionRequired, OpinionTooLong."""
    text = opinion.encode("utf-8", "ignore").decode().translate(_CONTROLS).strip()
    if not text and required_by:
        raise OpinionRequired(required_by)
    if len(text) > MAX_OPINION:
        raise OpinionTooLong
    return text


def change_form(
    run: Run, fields: Mapping[str, Any] | None, form_rev: int | None, step: str
) -> dict[str, Any]:
    """Take over the fields that the step may edit; return what changed, field to [old, new].

    Raises FormChanged when the form is no longer the one that was seen, FormTooLarge,
    FormUnreadable.
    """
    if fields is None:
        return {}
    if form_rev != run.case.form_rev:
        raise FormChanged
    rights = run.flow.rights(step)
    old = run.case.form
    changed = {
        name: [old.get(name), value]
        for name, value in fields.items()
        if rights.get(name) in EDITABLE and old.get(name) != value
    }
    if changed:
        merged = {**old, **{name: values[1] for name, values in changed.items()}}
        run.case.form = {name: value for name, value in merged.items() if value is not None}
        run.case.form_rev += 1
        run.case_changed = True
        check_storable(run.case.form)
    return changed


def check_storable(form: Mapping[str, Any]) -> None:
    """Refuse values that a database would choke on. Raises FormTooLarge, FormUnreadable."""
    try:
        text = json.dumps(form, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FormUnreadable from error
    if b"\\u0000" in text:
        raise FormUnreadable
    if len(text) > MAX_FORM_BYTES:
        raise FormTooLarge


def require_fields(run: Run, step: str) -> None:
    """Refuse to go on while a field that the step requires is empty. Raises FieldsMissing."""
    missing = [
        name
        for name, right in run.flow.rights(step).items()
        if right == "required" and run.case.form.get(name) in _EMPTY
    ]
    if missing:
        raise FieldsMissing(missing)
