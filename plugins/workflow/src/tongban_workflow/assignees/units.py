"""Naming a unit in a rule: the item's owner, the starter's home unit, or a unit's code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam
from sqlalchemy.orm import aliased

from tongban.toolkit import BigInt, OrgUnit
from tongban_workflow.assignees.asking import Asked
from tongban_workflow.assignees.resolver import Reference

OWNER = "owner"
STARTER = "starter"

# The unit a statement starts from.
asked_unit = aliased(OrgUnit, name="asked_unit")

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z")


class UnitStatements(NamedTuple):
    """One statement in two forms: the unit given by id, or by code."""

    by_id: Select[*tuple[Any, ...]]
    by_code: Select[*tuple[Any, ...]]

    def rows(self, asked: Asked, unit: str, **params: Any) -> list[Row[*tuple[Any, ...]]]:
        """Run the form that fits how the unit is named."""
        if unit == OWNER:
            found = asked.connection.execute(self.by_id, {"unit": asked.owner_unit_id, **params})
        elif unit == STARTER:
            found = asked.connection.execute(self.by_id, {"unit": asked.starter_unit_id, **params})
        else:
            found = asked.connection.execute(self.by_code, {"unit": unit, **params})
        return list(found)


def statements(build: Callable[[ColumnElement[bool]], Select[*tuple[Any, ...]]]) -> UnitStatements:
    """Build both forms of a statement from the condition on `asked_unit`."""
    return UnitStatements(
        build(asked_unit.id == bindparam("unit", type_=BigInt)),
        build(asked_unit.code == bindparam("unit")),
    )


def check_unit(unit: object) -> Iterable[str]:
    """Return what is wrong with a unit's name in a rule."""
    if not isinstance(unit, str) or not _CODE.match(unit):
        yield "部门写 owner（事项所属部门）、starter（申请人部门）或部门代码"


def unit_references(unit: str) -> Iterable[Reference]:
    """Return the unit named by its code, if it is."""
    if unit not in (OWNER, STARTER):
        yield Reference("unit", unit)
