"""What is wrong with a definition, and the refusal that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One fault: where, and what, both in Chinese for the person who wrote the flow."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


class DefinitionRefused(Exception):
    """A definition that cannot be published; `faults` names every reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("；".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
