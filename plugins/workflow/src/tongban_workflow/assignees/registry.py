"""The kinds of rules. A new kind is a class and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from tongban_workflow.assignees.people import FormPerson, NamedPeople, Starter
from tongban_workflow.assignees.posts import PostHolders, UnitHead
from tongban_workflow.assignees.resolver import Resolver
from tongban_workflow.assignees.roles import RoleHolders

RESOLVERS: Mapping[str, Resolver] = {
    "person": NamedPeople(),
    "role": RoleHolders(),
    "unit_head": UnitHead(),
    "position": PostHolders(),
    "starter": Starter(),
    "form_person": FormPerson(),
}
