"""The names an expression may use, and where their values come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban_workflow.expressions.faults import ExpressionFault
from tongban_workflow.expressions.values import Value, from_json, number_from_json

# Facts about the person who started the case: 学号/工号, unit code, grade and so on.
STARTER_FACTS = ("kind", "number", "unit", "grade")

CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Environment:
    """What an expression is run on: form values as decoded JSON, starter's facts, the day."""

    form: Mapping[str, Any]
    starter: Mapping[str, Any]
    today: date


Run = Callable[[Environment], Value]


def compile_name(root: str, name: str, form: Mapping[str, str], position: int) -> Run:
    """Return the reader of `root.name`. Raises ExpressionFault for a name nobody declared."""
    if root == "form":
        return _form_field(name, form, position)
    if root == "starter":
        return _starter_fact(name, position)
    raise ExpressionFault(f"未知的名称「{root}」，可用 form 和 starter", position)


def _form_field(name: str, form: Mapping[str, str], position: int) -> Run:
    kind = form.get(name)
    if kind is None:
        raise ExpressionFault(f"表单里没有字段「{name}」", position)
    if kind == "number":
        return lambda env: number_from_json(env.form.get(name))
    return lambda env: from_json(env.form.get(name))


def _starter_fact(name: str, position: int) -> Run:
    if name not in STARTER_FACTS:
        known = "、".join(STARTER_FACTS)
        raise ExpressionFault(f"申请人没有「{name}」，可用 {known}", position)
    return lambda env: from_json(env.starter.get(name))
