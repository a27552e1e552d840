"""Who gets a step: the rules, then the policies for the starter, nobody found, and repetition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tongban_workflow.assignees.asking import Asked, Candidate
from tongban_workflow.assignees.people import find
from tongban_workflow.assignees.posts import nearest_leaders
from tongban_workflow.assignees.registry import RESOLVERS
from tongban_workflow.assignees.roles import holders
from tongban_workflow.assignees.rules import Policies, Rule
from tongban_workflow.assignees.units import OWNER, STARTER

ADMIN_ROLE = "unit_admin"
OPERATOR_ROLE = "operator"

_PERSON_PREFIX = "person:"


class Approvals(NamedTuple):
    """Who approved in this round so far; `last` is None unless the latest act was an approval."""

    people: frozenset[int]
    last: int | None


class Assignment(NamedTuple):
    """Who gets the step; or that it passes by itself, why (`passed`), and in whose name.

    `passed`: "" waits for people; "empty" nobody was found and the policy lets it pass;
    "starter" the starter would approve; "same_person" somebody approved before.
    """

    people: tuple[Candidate, ...]
    passed: str = ""
    by: Candidate | None = None


def people_of(asked: Asked, who: Iterable[Rule]) -> tuple[Candidate, ...]:
    """Return the union of what the rules find, in order, each person once."""
    found: dict[int, Candidate] = {}
    for rule in who:
        for person in RESOLVERS[rule.name].resolve(asked, rule.params):
            found.setdefault(person.id, person)
    return tuple(found.values())


def assign_work(asked: Asked, step: Policies) -> Assignment:
    """Assign a step that is not an approval: the policies for approvers do not apply."""
    people = people_of(asked, step.who)
    return Assignment(people) if people else _nobody(asked, step, but=())


def assign_approval(asked: Asked, step: Policies, earlier: Approvals) -> Assignment:
    """Assign an approval."""
    assignment = _without_starter(asked, step, Assignment(people_of(asked, step.who)))
    if not assignment.people and not assignment.passed:
        but = () if step.starter_is_approver == "normal" else (asked.starter_id,)
        assignment = _nobody(asked, step, but=but)
    return _unrepeated(step, earlier, assignment)


def _without_starter(asked: Asked, step: Policies, found: Assignment) -> Assignment:
    """Nobody decides on his own application unless the step says so."""
    starter = next((one for one in found.people if one.id == asked.starter_id), None)
    if starter is None or step.starter_is_approver == "normal":
        return found
    if step.starter_is_approver == "auto":
        return Assignment((), "starter", starter)
    others = tuple(one for one in found.people if one.id != asked.starter_id)
    return Assignment(others or tuple(nearest_leaders(asked, STARTER, but=asked.starter_id)))


def _unrepeated(step: Policies, earlier: Approvals, assignment: Assignment) -> Assignment:
    """Pass a step in the name of somebody who approved before, where the step says so."""
    before: frozenset[int] = frozenset()
    if step.same_person == "any":
        before = earlier.people
    elif step.same_person == "adjacent" and earlier.last is not None:
        before = frozenset({earlier.last})
    again = next((one for one in assignment.people if one.id in before), None)
    return Assignment((), "same_person", again) if again else assignment


def _nobody(asked: Asked, step: Policies, *, but: Sequence[int]) -> Assignment:
    """Apply `on_empty`. An empty assignment that does not pass means that nobody is left."""
    if step.on_empty == "pass":
        return Assignment((), "empty")
    people = [one for one in _stand_ins(asked, step) if one.id not in but]
    if not people and step.on_empty == "admin":
        people = [one for one in _nearest(asked, OPERATOR_ROLE) if one.id not in but]
    return Assignment(tuple(people))


def _stand_ins(asked: Asked, step: Policies) -> Sequence[Candidate]:
    if step.on_empty.startswith(_PERSON_PREFIX):
        return find(asked, [step.on_empty.removeprefix(_PERSON_PREFIX)])
    if step.on_empty == "parent_head":
        first = step.who[0]
        unit = RESOLVERS[first.name].unit(first.params)
        return nearest_leaders(asked, unit, but=asked.starter_id)
    return _nearest(asked, ADMIN_ROLE)


def _nearest(asked: Asked, role: str) -> list[Candidate]:
    """Return those holders of a role whose grant is nearest to the item's owner."""
    found = holders(asked, role, OWNER)
    return list(
        dict.fromkeys(Candidate(one.id, one.name) for one in found if one.depth == found[0].depth)
    )
