"""From text to a syntax tree of bounded size, with positions people can find."""

from __future__ import annotations

import ast
import re
from decimal import Decimal

from tongban_workflow.expressions.faults import ExpressionFault

MAX_LENGTH = 2000
MAX_NODES = 200

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")


class Source:
    """One expression's text; turns the parser's byte offsets into characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bytes = text.encode()

    def position(self, node: ast.AST) -> int:
        """Return where `node` begins, in characters from 1."""
        return len(self._bytes[: getattr(node, "col_offset", 0)].decode()) + 1

    def number(self, node: ast.Constant) -> Decimal:
        """Return the exact number as written. Raises ExpressionFault for other notations."""
        written = self._bytes[node.col_offset : node.end_col_offset].decode()
        if not _NUMBER.match(written):
            raise ExpressionFault("数字请写成 10000 或 12.5 的样子", self.position(node))
        return Decimal(written)


def parse(text: str) -> tuple[Source, ast.expr]:
    """Return the source and its tree. Raises ExpressionFault for text that is no expression."""
    if not isinstance(text, str) or not text.strip():
        raise ExpressionFault("条件不能为空")
    _refuse_odd_text(text)
    stripped = text.strip()
    tree = _tree(stripped)
    if sum(isinstance(node, ast.expr) for node in ast.walk(tree)) > MAX_NODES:
        raise ExpressionFault(f"条件过于复杂，最多 {MAX_NODES} 个成分")
    return Source(stripped), tree


def _refuse_odd_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(f"条件过长，最多 {MAX_LENGTH} 个字符", MAX_LENGTH + 1)
    for index, character in enumerate(text.strip(), start=1):
        if character in "\\#\r\n\f\v" or not (character.isprintable() or character == "\t"):
            raise ExpressionFault("条件里有不能使用的字符", index)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        position = min(error.offset or len(text), len(text))
        raise ExpressionFault("条件写法有误", position) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionFault("条件无法解析") from error
