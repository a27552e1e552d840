"""The outcome of testing a condition."""

from __future__ import annotations

from typing import NamedTuple


class Verdict(NamedTuple):
    """Whether the condition holds; `fault` says in Chinese why it could not be worked out.

    A condition that cannot be worked out does not hold.
    """

    value: bool
    fault: str | None = None
