"""Answers of hooks in the shape that their specification promises.

What a plugin returns is taken over by pages without a second look, so it is checked while its
failure is still the plugin's: a generator is run to its end, and things of the wrong kind are
refused.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

Shape = Callable[[Any], Any]

_PLAIN: dict[str, type] = {"str": str, "bool": bool, "int": int}
_RETURNS = re.compile(r"(Sequence|Iterable|Mapping)\[(.+)\]")

# Where the kinds of things live that slot hooks of the kernel return; others are not looked at.
_KINDS = {
    "ConsolePage": "tongban.console.pages",
    "Fault": "tongban.pluginhost.packages",
    "Fragment": "tongban.pluginhost.fragments",
    "MenuItem": "tongban.web.menus",
    "PackageFacts": "tongban.pluginhost.packages",
    "SearchSource": "tongban.search.sources",
}


class WrongAnswerError(TypeError):
    """A hook returned something of another kind than its specification says."""


@cache
def shape_of(specification: Callable[..., Any] | None) -> Shape:
    """Return what brings an answer of this hook into shape; None stays None.

    The result raises WrongAnswerError, or what a generator raises.
    """
    text = str(getattr(specification, "__annotations__", {}).get("return", ""))
    plain = _PLAIN.get(text.removesuffix(" | None"))
    if plain is not None:
        return _plain(plain)
    found = _RETURNS.fullmatch(text.removesuffix(" | None"))
    if found is None:
        return lambda answer: answer
    container, inside = found.groups()
    return _mapping_of(inside) if container == "Mapping" else _sequence_of(inside)


def _plain(kind: type) -> Shape:
    def shape(answer: Any) -> Any:
        if answer is not None:
            _must_be(kind, answer)
        return answer

    return shape


def _mapping_of(inside: str) -> Shape:
    kind = _PLAIN.get(inside.rpartition(", ")[2])

    def shape(answer: Any) -> Any:
        if answer is None:
            return None
        if not isinstance(answer, Mapping):
            raise WrongAnswerError(f"expected a mapping, got {type(answer).__name__}")
        if kind is not None:
            for value in answer.values():
                _must_be(kind, value)
        return answer

    return shape


def _sequence_of(inside: str) -> Shape:
    check = _item_check(inside)

    def shape(answer: Any) -> Any:
        if answer is None:
            return None
        if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
            raise WrongAnswerError(f"expected a sequence, got {type(answer).__name__}")
        items = tuple(answer)
        for item in items:
            check(item)
        return items

    return shape


def _item_check(inside: str) -> Callable[[Any], None]:
    if inside in _KINDS:
        return _dataclass_check(inside)
    if inside == "tuple[str, str]":
        return _pair_check
    return lambda _item: None


def _dataclass_check(name: str) -> Callable[[Any], None]:
    kind = getattr(importlib.import_module(_KINDS[name]), name)
    plain = [(one.name, _PLAIN[str(one.type)]) for one in fields(kind) if str(one.type) in _PLAIN]

    def check(item: Any) -> None:
        _must_be(kind, item)
        for attribute, wanted in plain:
            if not isinstance(getattr(item, attribute), wanted):
                raise WrongAnswerError(f"{name}.{attribute} must be of type {wanted.__name__}")

    return check


def _pair_check(item: Any) -> None:
    pair = isinstance(item, tuple) and len(item) == 2
    if not pair or not all(isinstance(one, str) for one in item):
        raise WrongAnswerError("expected pairs of texts")


def _must_be(kind: type, value: Any) -> None:
    if not isinstance(value, kind):
        raise WrongAnswerError(f"expected {kind.__name__}, got {type(value).__name__}")
