"""Finding the people a step goes to by rules over the org tree; who left is never found."""

from __future__ import annotations

from tongban_workflow.assignees.asking import Asked, Candidate
from tongban_workflow.assignees.assigning import (
    Approvals,
    Assignment,
    assign_approval,
    assign_work,
    people_of,
)
from tongban_workflow.assignees.registry import RESOLVERS
from tongban_workflow.assignees.resolver import Reference, Resolver
from tongban_workflow.assignees.rules import Policies, Rule

__all__ = [
    "RESOLVERS",
    "Approvals",
    "Asked",
    "Assignment",
    "Candidate",
    "Policies",
    "Reference",
    "Resolver",
    "Rule",
    "assign_approval",
    "assign_work",
    "people_of",
]
