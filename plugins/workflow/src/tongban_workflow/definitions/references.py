"""Whether what a flow names in the directory exists: people, roles, units.

Apart from `check`, because the directory changes after publishing: a flow that was right can break.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.toolkit import OrgUnit, Person, Role
from tongban_workflow.assignees import RESOLVERS, Reference
from tongban_workflow.definitions.faults import Fault
from tongban_workflow.definitions.rights import every_block

_KNOWN = {
    "person": select(Person.number).where(
        Person.number.in_(bindparam("keys", expanding=True)), Person.status == "active"
    ),
    "role": select(Role.key).where(Role.key.in_(bindparam("keys", expanding=True))),
    "unit": select(OrgUnit.code).where(
        OrgUnit.code.in_(bindparam("keys", expanding=True)), OrgUnit.status == "active"
    ),
}
_MESSAGES = {
    "person": "没有工号（学号）为「{}」的在校人员",
    "role": "没有角色「{}」",
    "unit": "没有代码为「{}」的部门",
}


def missing_references(session: Session, flow: Mapping[str, Any]) -> list[Fault]:
    """Return what a checked flow names that the directory does not have now."""
    named = list(_references(flow))
    missing = {
        kind: {one.key for _step, one in named if one.kind == kind}
        - set(session.scalars(_KNOWN[kind], {"keys": [one.key for _s, one in named]}))
        for kind in {one.kind for _step, one in named}
    }
    return [
        Fault(f"步骤「{step}」", _MESSAGES[one.kind].format(one.key))
        for step, one in named
        if one.key in missing[one.kind]
    ]


def _references(flow: Mapping[str, Any]) -> list[tuple[str, Reference]]:
    found: list[tuple[str, Reference]] = []
    for block in every_block(flow["flow"]):
        for rule in block.get("who", ()):
            found += [(block["name"], one) for one in RESOLVERS[rule["rule"]].references(rule)]
        on_empty = block.get("on_empty", "")
        if on_empty.startswith("person:"):
            found.append((block["name"], Reference("person", on_empty.removeprefix("person:"))))
    return found
