"""Keyset paging: pages that cost the same however deep, and never skip or repeat a row.

    BY_NUMBER = Keyset(number=Person.number, id=Person.id)
    page = BY_NUMBER.page(session, select(Person.id, Person.number, ...), cursor, limit=20)

The statement selects the key columns under the names given here. A cursor is opaque text for a
link; one that is malformed (edited, cut off, from another list) gives the first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Row, Select, literal, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tongban.db.types import UtcDateTime

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
Statement: TypeAlias = Select[*tuple[Any, ...]]

_LONGEST_CURSOR = 600
_LONGEST_TEXT = 200
_BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursors of its neighbours (None where there is none)."""

    rows: Sequence[AnyRow]
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class _Cursor:
    backwards: bool
    values: tuple[Any, ...]


class Keyset:
    """The order of a list: its key columns by name, together unique and never NULL."""

    def __init__(self, *, descending: bool = False, **columns: Any) -> None:
        self._descending = descending
        self._names = tuple(columns)
        self._columns: tuple[ColumnElement[Any], ...] = tuple(columns.values())
        self._kinds = tuple(_kind_of(target) for target in self._columns)
        self._first_pages: WeakKeyDictionary[Any, dict[int, Any]] = WeakKeyDictionary()

    def page(
        self,
        session: Session,
        statement: Statement,
        cursor: str | None,
        *,
        limit: int,
        params: Mapping[str, Any] | None = None,
    ) -> Page:
        """Return the page that starts at the cursor, at most `limit` rows.

        `params` are values of the statement's named parameters. A statement that is made once and
        asked for its first page again and again is put in order only once.
        """
        at = self._decode(cursor)
        backwards = at is not None and at.backwards
        window = (
            self._first(statement, limit)
            if at is None
            else self._windowed(statement, at, limit + 1)
        )
        rows = list(session.execute(window, params or {}))
        more = len(rows) > limit
        rows = rows[:limit]
        if backwards:
            rows.reverse()
        if not rows and at is not None:
            return self.page(session, statement, None, limit=limit, params=params)
        before, after = (more, True) if backwards else (at is not None, more)
        return Page(
            rows,
            previous=self._encode(rows[0], backwards=True) if before else None,
            next=self._encode(rows[-1], backwards=False) if after else None,
        )

    def _first(self, statement: Statement, limit: int) -> Statement:
        windows = self._first_pages.setdefault(statement, {})
        window = windows.get(limit)
        if window is None:
            window = windows[limit] = self._windowed(statement, None, limit + 1)
        return window

    def _windowed(self, statement: Statement, at: _Cursor | None, limit: int) -> Statement:
        falling = self._descending != (at is not None and at.backwards)
        if at is not None:
            key = tuple_(*self._columns)
            values = tuple_(
                *(
                    literal(value, target.type)
                    for value, target in zip(at.values, self._columns, strict=True)
                )
            )
            statement = statement.where(key < values if falling else key > values)
        order = [target.desc() if falling else target.asc() for target in self._columns]
        return statement.order_by(*order).limit(limit)

    def _encode(self, row: AnyRow, *, backwards: bool) -> str:
        values = [_plain(row._mapping[name]) for name in self._names]
        text = json.dumps([int(backwards), *values], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _decode(self, cursor: str | None) -> _Cursor | None:
        if not cursor or len(cursor) > _LONGEST_CURSOR:
            return None
        try:
            data = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
            parts = json.loads(data.decode())
            first, *rest = parts
            values = tuple(read(value) for read, value in zip(self._kinds, rest, strict=True))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        return _Cursor(first == 1, values)


def _kind_of(target: ColumnElement[Any]) -> Callable[[Any], Any]:
    if isinstance(target.type, UtcDateTime):
        return _moment
    return _READERS[target.type.python_type]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > _BIGGEST:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > _LONGEST_TEXT or "\x00" in value:
        raise ValueError(value)
    value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _uuid(value: Any) -> UUID:
    return UUID(_text(value))


def _day(value: Any) -> date:
    return date.fromisoformat(_text(value))


_READERS: dict[type[Any], Callable[[Any], Any]] = {
    int: _whole,
    str: _text,
    date: _day,
    UUID: _uuid,
}
