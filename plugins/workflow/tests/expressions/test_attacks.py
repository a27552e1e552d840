"""No attack gets out of the language, or makes it run long."""

from __future__ import annotations

import time
from datetime import date

import pytest

from tongban_workflow.expressions import (
    MAX_LENGTH,
    MAX_NODES,
    Environment,
    ExpressionFault,
    compile_expression,
)

FIELDS = {"text": "text", "amount": "number", "tags": "list"}

ESCAPES = [
    "__import__('os').system('id')",
    "__import__('os')",
    "open('/etc/passwd').read()",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "globals()",
    "locals()",
    "vars()",
    "dir()",
    "getattr(form, 'text')",
    "print(form)",
    "input()",
    "breakpoint()",
    "exit()",
    "().__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__",
    "'a'.join(['b'])",
    "'{0.__class__}'.format(1)",
    "form.__class__",
    "form.__dict__",
    "form.text.__class__",
    "form.text.upper()",
    "form.items()",
    "form['text']",
    "form",
    "starter",
    "starter.__class__",
    "form.text[0]",
    "form.text[0:1]",
    "len.__self__",
    "len(len)",
    "(lambda: 1)()",
    "lambda: form.text",
    "[x for x in form.tags]",
    "{x for x in form.tags}",
    "{x: x for x in form.tags}",
    "(x for x in form.tags)",
    "sum(x for x in form.tags)",
    "{'a': 1}",
    "{1, 2}",
    "{**form}",
    "[*form.tags]",
    "len(*form.tags)",
    "max(form.tags, key=len)",
    "max(**form)",
    "f'{form.text}'",
    "f'{form.text.__class__}'",
    "b'bytes' == 1",
    "1j == 1",
    "... == 1",
    "(x := 1)",
    "await form.text",
    "(yield form.text)",
    "(yield)",
    "form.text if form.amount else 1",
    "form.amount ** 9",
    "9 ** 9 ** 9 ** 9",
    "1 << 99999999",
    "form.amount // 2",
    "form.amount @ 2",
    "form.amount % 2",
    "~form.amount",
    "+form.text",
    "form.amount | 1",
    "form.text is None",
    "import os",
    "form.text = 1",
    "del form.text",
    "1; 2",
    "1\n2",
    "form.text #comment",
    "form.text == 'a\\x41'",
    "form.text == 'a\x00'",
    "form.text == '\u202e'",
    "ｆｏｒｍ.__class__",
    "form.text == \ud800",
    "True.real",
    "Decimal('1')",
    "today.__globals__",
    "today().year",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_outside_the_language_is_accepted(text: str) -> None:
    with pytest.raises(ExpressionFault):
        compile_expression(text, FIELDS)


HEAVY = {
    "too long": "form.amount > 1 or " * 200 + "form.amount > 1",
    "too many parts": "+".join(["1"] * (MAX_NODES // 2 + 1)),
    "deep brackets": "(" * 900 + "1" + ")" * 900,
    "deep lists": "[" * 900 + "]" * 900,
    "deep not": "not " * 480 + "1",
    "deep minus": "-" * 1900 + "1",
    "deep calls": "abs(" * 390 + "1" + ")" * 390,
    "open brackets": "(" * MAX_LENGTH,
    "open quotes": "'" * (MAX_LENGTH - 1),
    "long number": "9" * MAX_LENGTH + " > 1",
    "long attribute": "form" + ".a" * 900,
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_text_is_refused_at_once(name: str) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionFault):
        compile_expression(HEAVY[name], FIELDS)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(["sum(form.tags)"] * 39) + " > 1",
        " and ".join(["contains(form.text, 'aaaaaaaaab')"] * 35),
        " or ".join(["form.text in form.tags"] * 39),
        "*".join(["form.amount"] * 65) + " > 1",
        "99999999999999999999999999999999999999*" * 40 + "1 > 1",
    ],
)
def test_the_cost_is_bounded_by_expression_times_data(text: str) -> None:
    form = {"text": "a" * 100_000, "amount": 10**59, "tags": list(range(10_000))}
    expression = compile_expression(text, FIELDS)
    started = time.process_time()
    expression.test(Environment(form, {}, date(2026, 1, 1)))
    assert time.process_time() - started < 2.0
