"""What a kind of rule offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from tongban_workflow.assignees.asking import Asked, Candidate


class Reference(NamedTuple):
    """Something of the directory that a rule names: `person`, `role` or `unit`, by its key."""

    kind: str
    key: str


class Resolver(Protocol):
    """One kind of rule in `who`."""

    @property
    def keys(self) -> frozenset[str]:
        """Names of the rule's parameters."""

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """Return what is wrong with the parameters, in Chinese."""

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """Return what the rule names in the directory, which may not exist."""

    def unit(self, params: Mapping[str, Any]) -> str:
        """Return the unit the rule is about: `owner`, `starter` or a code."""

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return the people, in order, active ones only."""
