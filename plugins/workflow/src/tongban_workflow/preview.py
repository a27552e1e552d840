"""The way a case is likely to go: its steps with the people who would get them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from tongban.toolkit import clock
from tongban_workflow.assignees import (
    Approvals,
    Asked,
    Assignment,
    assign_approval,
    assign_work,
    people_of,
)
from tongban_workflow.definitions import CopyStep, Definition, Node, PersonStep
from tongban_workflow.forms import Applicant

MOST_NAMES = 3

_ICONS = {"cc": "mail-forward"}
_DECIDED_BY_ONE = ("approve", "handle")
_NOBODY_YET = Approvals(frozenset(), None)


class StepView(NamedTuple):
    """One step to come. `conditional`: taken only if what is filled in leads there.

    `mark` is a character for the person who is likely to get it, or for the step.
    """

    name: str
    who: str
    mark: str
    icon: str
    conditional: bool


def preview(
    session: Session, definition: Definition, applicant: Applicant, form: Mapping[str, Any]
) -> list[StepView]:
    """Return the steps in the order written, with likely people as far as they are known yet."""
    asked = Asked(
        connection=session.connection(),
        starter_id=applicant.id,
        starter_unit_id=applicant.unit_id,
        owner_unit_id=definition.owner_unit_id,
        form=form,
        now=clock.now(),
        today=clock.today(),
    )
    nodes = [definition.flow.nodes[node_id] for node_id in definition.flow.order]
    return [
        _step(asked, node) for node in nodes if isinstance(node.settings, PersonStep | CopyStep)
    ]


def _step(asked: Asked, node: Node) -> StepView:
    assignment = _assign(asked, node)
    people = assignment.people
    return StepView(
        name=node.name,
        who=_names(assignment, several="任一人" if node.kind in _DECIDED_BY_ONE else ""),
        mark=(people[0].name if people else node.name)[:1],
        icon=_ICONS.get(node.kind, ""),
        conditional=bool(node.path),
    )


def _assign(asked: Asked, node: Node) -> Assignment:
    if isinstance(node.settings, CopyStep):
        return Assignment(people_of(asked, node.settings.who))
    if not isinstance(node.settings, PersonStep):
        return Assignment(())
    policies = node.settings.policies
    if node.kind == "approve":
        return assign_approval(asked, policies, _NOBODY_YET)
    return assign_work(asked, policies)


def _names(assignment: Assignment, several: str = "") -> str:
    if assignment.passed:
        return "自动通过"
    names = [person.name for person in assignment.people]
    if not names:
        return "提交后确定"
    listed = "、".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        listed += f" 等 {len(names)} 人"
    return f"{listed}　{several}" if several and len(names) > 1 else listed
