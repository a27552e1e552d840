"""Subtrees of a tree whose nodes keep their path, as SQL conditions that use the path's index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Under(FunctionElement[bool]):
    """Condition: a path column lies in the subtree of `prefix`, a path that ends in `/`.

    SQLite compares bytes, so a range serves and uses the plain index; its LIKE would not.
    PostgreSQL's order depends on the collation, so it takes LIKE and a `text_pattern_ops` index.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str] | Any, prefix: str) -> None:
        after = prefix[:-1] + chr(ord("/") + 1)
        super().__init__(column, literal(prefix), literal(after), literal(f"{prefix}%"))


@compiles(Under)
def _by_pattern(element: Under, compiler: SQLCompiler, **options: Any) -> str:
    column, _first, _after, pattern = element.clauses
    return f"({compiler.process(column, **options)} LIKE {compiler.process(pattern, **options)})"


@compiles(Under, "sqlite")
def _by_range(element: Under, compiler: SQLCompiler, **options: Any) -> str:
    column, first, after, _pattern = element.clauses
    name = compiler.process(column, **options)
    low, high = compiler.process(first, **options), compiler.process(after, **options)
    return f"({name} >= {low} AND {name} < {high})"
