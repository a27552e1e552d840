"""What a definition is compiled to: a flat map of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongban_workflow.assignees import Policies, Rule
from tongban_workflow.expressions import Expression

# The implicit first step, where the starter fills in the form.
FILL = "@fill"

RIGHTS = ("hidden", "read", "edit", "required")
EDITABLE = frozenset({"edit", "required"})


@dataclass(frozen=True, slots=True)
class PersonStep:
    """Settings of a step that waits for people (approve, handle)."""

    policies: Policies
    mode: str = "any"
    reject: bool = False
    returns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CopyStep:
    """Settings of a cc block."""

    who: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a switch; `condition` None is the last one, for everything else."""

    name: str
    condition: Expression | None
    entry: str | None


@dataclass(frozen=True, slots=True)
class SwitchStep:
    """Settings of a switch: the first branch whose condition holds is taken."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One block in the flat map. `next` None ends the case; `path` is the blocks around it."""

    id: str
    kind: str
    name: str
    next: str | None
    path: tuple[str, ...]
    settings: object


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """A flow ready to run. `order` is the node ids as written."""

    first: str | None
    nodes: Mapping[str, Node]
    order: tuple[str, ...]
    withdraw: str
    step_rights: Mapping[str, Mapping[str, str]]

    def rights(self, step: str) -> Mapping[str, str]:
        """Return the right on every form field at a step, `@fill` included."""
        return self.step_rights[step]
