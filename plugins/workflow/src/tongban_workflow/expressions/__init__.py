"""The small condition language of flows and forms: checked when written, bounded when run.

An expression is parsed with Python's grammar, every node is checked against a white list, and what
is left becomes nested closures. There are no loops, no attributes but the named facts, no calls
but the listed functions, so the cost is at most expression × data.
"""

from __future__ import annotations

from tongban_workflow.expressions.compiler import Expression, compile_expression
from tongban_workflow.expressions.faults import ExpressionFault
from tongban_workflow.expressions.functions import FUNCTIONS, Function
from tongban_workflow.expressions.names import STARTER_FACTS, Environment
from tongban_workflow.expressions.parsing import MAX_LENGTH, MAX_NODES
from tongban_workflow.expressions.values import Value
from tongban_workflow.expressions.verdicts import Verdict

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "MAX_NODES",
    "STARTER_FACTS",
    "Environment",
    "Expression",
    "ExpressionFault",
    "Function",
    "Value",
    "Verdict",
    "compile_expression",
]
