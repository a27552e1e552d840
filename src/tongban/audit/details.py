"""The free part of an audit event, made plain: JSON that reads back as it was, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"(^|[._-])(password|passwd|secret|token|otp|captcha|api_?key|private_?key|credential)s?($|[._-])",
    re.IGNORECASE,
)


def clean(text: str, longest: int) -> str:
    """Return text that every database stores: no NUL, no lone surrogate, at most `longest`."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]


def plain_detail(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the detail as JSON that survives a round trip through the database.

    Values under a name that speaks of a secret are hidden: a service that passes one by mistake
    must not put it where it can never be removed again.
    """
    return _mapping(detail or {})


def hide_secrets(value: Any) -> Any:
    """Return plain data for showing, with secrets hidden at any depth."""
    return _value("", value)


def _value(name: str, value: Any) -> Any:
    if value not in (None, "") and _SECRET_NAME.search(name):
        return HIDDEN
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean(value, 2000)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_value("", item) for item in value]
    return clean(str(value), 2000)  # a float would come back from JSONB in another spelling


def _mapping(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {clean(str(name), 60): _value(str(name), value) for name, value in values.items()}
