"""Validators of JSON Schema 2020-12 as packages write it: linear patterns, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

# A pattern's compiled size; enough for any field, too little to fill memory with.
_PATTERN_BYTES = 200_000

MAX_FIELDS = 200
MAX_DEPTH = 12


class SchemaFault(ValueError):
    """The schema cannot be used; the text says why, in Chinese."""


def make_validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema. Raises SchemaFault.

    Patterns run in linear time (no look-around or back-references, refused here), formats are
    checked, unknown ones refused, and a `$ref` may point only inside the schema.
    """
    _refuse_unsafe(schema, 0)
    try:
        return jsonschema_rs.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            ignore_unknown_formats=False,
            pattern_options=jsonschema_rs.RegexOptions(
                size_limit=_PATTERN_BYTES, dfa_size_limit=_PATTERN_BYTES
            ),
            offline=True,
        )
    except ValueError as error:
        reason = str(error).partition("\n")[0][:160]
        raise SchemaFault(f"不是可用的 JSON Schema 2020-12：{reason}") from error


def _refuse_unsafe(part: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise SchemaFault(f"嵌套过深，最多 {MAX_DEPTH} 层")
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in ("$ref", "$dynamicRef") and not str(value).startswith("#"):
                raise SchemaFault("$ref 只能指向表单自身（以 # 开头）")
            if key in ("$id", "$schema", "$vocabulary", "$anchor", "$dynamicAnchor"):
                raise SchemaFault(f"不支持 {key}")
            _refuse_unsafe(value, depth + 1)
    elif isinstance(part, list):
        for value in part:
            _refuse_unsafe(value, depth + 1)
