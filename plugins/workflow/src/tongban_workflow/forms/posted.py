"""What a person sent with a form, as plain values, cleaned of what cannot be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

# Controls of form fields are named `f.<field>` (and `f.<field>.search`), so that no field can
# stand in for a control of the page itself (csrf_token, request_id, act …).
PREFIX = "f."

LONGEST_VALUE = 100_000
MOST_VALUES = 200

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Upload:
    """One uploaded file: its name as sent, and its content to be read once."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Posted:
    """The values and files of one request, by control name."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    uploads: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def of(self, control: str) -> list[str]:
        """Return the cleaned texts of a control of a field, without the prefix."""
        texts = self.values.get(PREFIX + control, ())
        return [clean_lines(text) for text in texts[:MOST_VALUES]]

    def files(self, control: str) -> Sequence[Upload]:
        """Return the files of a control of a field, without the prefix."""
        return self.uploads.get(PREFIX + control, ())[:MOST_VALUES]


def clean_lines(text: str) -> str:
    """Return text with plain line ends, stripped, without what a database refuses (NUL …)."""
    text = _UNSTORABLE.sub("", text[:LONGEST_VALUE])
    return _LINE_ENDS.sub("\n", text).strip()


def clean_line(text: str) -> str:
    """Return text as one line."""
    return _SPACES.sub(" ", text).strip()
