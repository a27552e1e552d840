"""From a checked syntax tree to nested closures."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tongban_workflow.expressions.faults import ExpressionFault, ValueFault
from tongban_workflow.expressions.functions import FUNCTIONS, Function
from tongban_workflow.expressions.names import CONSTANTS, Environment, Run, compile_name
from tongban_workflow.expressions.operations import (
    ARITHMETIC_OPERATORS,
    COMPARISONS,
    Binary,
    negative,
)
from tongban_workflow.expressions.parsing import Source, parse
from tongban_workflow.expressions.values import Value, is_true
from tongban_workflow.expressions.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `fields` are the form fields it reads."""

    text: str
    fields: frozenset[str]
    run: Run

    def test(self, environment: Environment) -> Verdict:
        """Return whether the condition holds on these values; never raises."""
        try:
            return Verdict(is_true(self.run(environment)))
        except ValueFault as fault:
            return Verdict(False, str(fault))

    def value(self, environment: Environment) -> Value:
        """Return the value, nothing when it cannot be worked out; never raises."""
        try:
            return self.run(environment)
        except ValueFault:
            return None


def compile_expression(
    text: str, form: Mapping[str, str], functions: Mapping[str, Function] = FUNCTIONS
) -> Expression:
    """Check and compile `text`; `form` maps the form's fields to their kinds.

    Raises ExpressionFault, in Chinese and with the position, for anything outside the language.
    """
    source, tree = parse(text)
    compiler = _Compiler(source, form, functions)
    run = compiler.compile(tree)
    return Expression(source.text, frozenset(compiler.fields), run)


class _Compiler:
    """One compilation: knows the names, collects the fields read."""

    def __init__(
        self, source: Source, form: Mapping[str, str], functions: Mapping[str, Function]
    ) -> None:
        self._source = source
        self._form = form
        self._functions = functions
        self.fields: set[str] = set()

    def compile(self, node: ast.expr) -> Run:
        allowed = _NODES.get(type(node))
        if allowed is None:
            raise self._fault("条件里不能这样写", node)
        return allowed(self, node)

    def _fault(self, message: str, node: ast.AST) -> ExpressionFault:
        return ExpressionFault(message, self._source.position(node))

    def _constant(self, node: ast.Constant) -> Run:
        value: Value = node.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = self._source.number(node)
        elif not (value is None or isinstance(value, bool | str)):
            raise self._fault("条件里不能用这种值", node)
        return lambda env: value

    def _name(self, node: ast.Name) -> Run:
        if node.id not in CONSTANTS:
            raise self._fault(f"未知的名称「{node.id}」，字段写成 form.字段名", node)
        value = CONSTANTS[node.id]
        return lambda env: value

    def _attribute(self, node: ast.Attribute) -> Run:
        if not isinstance(node.value, ast.Name):
            raise self._fault("名称只能写成 form.字段名 或 starter.属性名", node)
        run = compile_name(node.value.id, node.attr, self._form, self._source.position(node))
        if node.value.id == "form":
            self.fields.add(node.attr)
        return run

    def _list(self, node: ast.List | ast.Tuple) -> Run:
        items = [self.compile(item) for item in node.elts]
        return lambda env: tuple(item(env) for item in items)

    def _logic(self, node: ast.BoolOp) -> Run:
        parts = [self.compile(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda env: all(is_true(part(env)) for part in parts)
        return lambda env: any(is_true(part(env)) for part in parts)

    def _unary(self, node: ast.UnaryOp) -> Run:
        operand = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda env: not is_true(operand(env))
        if isinstance(node.op, ast.USub):
            return lambda env: negative(operand(env))
        raise self._fault("条件里不能这样写", node)

    def _binary(self, node: ast.BinOp) -> Run:
        operation = ARITHMETIC_OPERATORS.get(type(node.op))
        if operation is None:
            raise self._fault("只能用 + - * / 计算", node)
        left, right = self.compile(node.left), self.compile(node.right)
        return lambda env: operation(left(env), right(env))

    def _compare(self, node: ast.Compare) -> Run:
        operations = [self._comparison(op, node) for op in node.ops]
        operands = [self.compile(item) for item in (node.left, *node.comparators)]
        if len(operations) == 1:
            first, (left, right) = operations[0], operands
            return lambda env: first(left(env), right(env))
        return _chain(operations, operands)

    def _comparison(self, op: ast.cmpop, node: ast.Compare) -> Binary:
        operation = COMPARISONS.get(type(op))
        if operation is None:
            raise self._fault("比较请用 == != < <= > >= in", node)
        return operation

    def _call(self, node: ast.Call) -> Run:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = self._functions.get(name)
        if function is None:
            raise self._fault(f"没有函数「{name}」" if name else "条件里不能这样调用", node)
        if node.keywords or not function.accepts(len(node.args)):
            raise self._fault(f"函数 {name} 的参数个数不对", node)
        call, args = function.call, [self.compile(arg) for arg in node.args]
        return lambda env: call(env.today, [arg(env) for arg in args])


def _chain(operations: list[Binary], operands: list[Run]) -> Run:
    def run(env: Environment) -> Value:
        left = operands[0](env)
        for operation, operand in zip(operations, operands[1:], strict=True):
            right = operand(env)
            if not operation(left, right):
                return False
            left = right
        return True

    return run


# The white list: a node that is not here is refused.
_NODES: Mapping[type[ast.expr], Callable[..., Run]] = {
    ast.Constant: _Compiler._constant,
    ast.Name: _Compiler._name,
    ast.Attribute: _Compiler._attribute,
    ast.List: _Compiler._list,
    ast.Tuple: _Compiler._list,
    ast.BoolOp: _Compiler._logic,
    ast.UnaryOp: _Compiler._unary,
    ast.BinOp: _Compiler._binary,
    ast.Compare: _Compiler._compare,
    ast.Call: _Compiler._call,
}
