"""Rules that name people: by number, the starter, a person chosen in the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, or_, select

from tongban.toolkit import BigInt, Person
from tongban_workflow.assignees.asking import Asked, Candidate
from tongban_workflow.assignees.resolver import Reference
from tongban_workflow.assignees.units import OWNER, STARTER

MAX_PEOPLE = 50

_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}\Z")
_PERSON_KINDS = frozenset({"person", "text", "list"})

_BY_ID_OR_NUMBER = (
    select(Person.id, Person.name, Person.number)
    .where(
        or_(
            Person.id.in_(bindparam("ids", expanding=True, type_=BigInt)),
            Person.number.in_(bindparam("numbers", expanding=True)),
        ),
        Person.status == "active",
    )
    .limit(MAX_PEOPLE)
)


def find(asked: Asked, wanted: Sequence[int | str]) -> list[Candidate]:
    """Return active people by person.id (int) or 学号/工号 (str), in the order wanted."""
    ids = [one for one in wanted if isinstance(one, int)]
    numbers = [one for one in wanted if isinstance(one, str)]
    found = asked.connection.execute(_BY_ID_OR_NUMBER, {"ids": ids, "numbers": numbers}).all()
    by_key: dict[int | str, Candidate] = {}
    for row in found:
        by_key[row.id] = by_key[row.number] = Candidate(row.id, row.name)
    return [by_key[one] for one in wanted if one in by_key]


class NamedPeople:
    """`person`: people by their numbers."""

    keys = frozenset({"numbers"})

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """The numbers are a list of 学号 or 工号."""
        numbers = params.get("numbers")
        listed = isinstance(numbers, list) and 1 <= len(numbers) <= MAX_PEOPLE
        if not listed or not all(_is_number(one) for one in numbers or ()):
            yield f"numbers 应列出 1 到 {MAX_PEOPLE} 个工号或学号"

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """The people named."""
        return [Reference("person", number) for number in params["numbers"]]

    def unit(self, params: Mapping[str, Any]) -> str:
        """About no unit of its own."""
        return OWNER

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return them in the order written."""
        return find(asked, params["numbers"])


class Starter:
    """`starter`: whoever started the case."""

    keys: frozenset[str] = frozenset()

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """Nothing can be wrong."""
        return ()

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """Names nobody."""
        return ()

    def unit(self, params: Mapping[str, Any]) -> str:
        """The starter's."""
        return STARTER

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return the starter, unless he left."""
        return find(asked, [asked.starter_id])


class FormPerson:
    """`form_person`: whoever a field of the form names, by id or by number."""

    keys = frozenset({"field"})

    def check(self, params: Mapping[str, Any], form_fields: Mapping[str, str]) -> Iterable[str]:
        """The field exists and can hold a person."""
        field = params.get("field")
        if not isinstance(field, str) or field not in form_fields:
            yield f"表单里没有字段「{field}」"
        elif form_fields[field] not in _PERSON_KINDS:
            yield f"字段「{field}」不是人员"

    def references(self, params: Mapping[str, Any]) -> Iterable[Reference]:
        """Known only when the form is filled in."""
        return ()

    def unit(self, params: Mapping[str, Any]) -> str:
        """About no unit of its own."""
        return OWNER

    def resolve(self, asked: Asked, params: Mapping[str, Any]) -> Sequence[Candidate]:
        """Return them in the order chosen."""
        return find(asked, _chosen(asked.form.get(params["field"])))


def _chosen(value: Any) -> list[int | str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed[:MAX_PEOPLE] if _is_id(one) or _is_number(one)]


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _is_number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.match(value) is not None
