"""Text search with two manners: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL.

A `SearchIndex` says which columns of a table are looked through. Its DDL belongs into a migration
beside the table (`create`, `drop`); its `condition` goes into any query on the table. `texts` are
words people read (Chinese names, titles): found by any part of two or more characters, or by their
first. `codes` are Latin or digits (numbers, pinyin): found by any part of three or more
characters, or by their first one or two. Terms separated by blanks must all be found.

Trigrams know nothing of shorter queries, yet most Chinese ones are of two characters. Beside the
text (`body`) an index therefore holds pairs of neighbouring characters, and the first one and two
characters of each word. PostgreSQL keeps them as arrays in the same GIN; SQLite as text in the
same FTS table (`grams`), each closed by a separator, so that it holds a trigram.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Template
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    cast,
    column,
    event,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

LONGEST_QUERY = 60
_MOST_TERMS = 5
_TRIGRAM = 3
_SEPARATOR = chr(31)  # between words
_MARK = chr(30)  # before the beginning of a word
_LONGEST_TEXT = 160  # of the texts together, as far as their pairs are indexed
_POSITIONS = "[" + ",".join(str(number) for number in range(1, _LONGEST_TEXT + 1)) + "]"
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

_PAIRS_FUNCTION = """
CREATE OR REPLACE FUNCTION tongban_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS $$
  SELECT coalesce(array_agg(DISTINCT substr(lower(words), i, 2)), '{}')
  FROM generate_series(1, length(words) - 1) AS i
$$
"""
_GIN = Template(
    "CREATE INDEX ix_$name ON $table USING gin (($body) gin_trgm_ops, ($begins), $pairs) "
    "WITH (fastupdate = off)"
)

_ADD = Template("INSERT INTO $name(rowid, body, grams) VALUES (new.$key, $body, $grams)")
_REMOVE = Template(
    "INSERT INTO $name($name, rowid, body, grams) VALUES ('delete', old.$key, $body, $grams)"
)
_FTS = (
    Template("CREATE VIRTUAL TABLE $name USING fts5(body, grams, content='', tokenize='trigram')"),
    Template("INSERT INTO $name(rowid, body, grams) SELECT $key, $body, $grams FROM $table"),
    Template("CREATE TRIGGER ${name}_i AFTER INSERT ON $table BEGIN $add; END"),
    Template("CREATE TRIGGER ${name}_d AFTER DELETE ON $table BEGIN $remove; END"),
    Template(
        "CREATE TRIGGER ${name}_u AFTER UPDATE OF $watched ON $table BEGIN $remove; $add; END"
    ),
)
# A list of positions instead of recursion: triggers allow no WITH.
_PAIRS = Template(
    "coalesce((SELECT group_concat(substr($words, value, 2), char(31)) || char(31) "
    "FROM json_each('$positions') WHERE value < length($words)), '')"
)
_BEGINS = Template(
    "char(30) || substr($word, 1, 1) || char(31) || char(30) || substr($word, 1, 2) || char(31)"
)


def split_terms(query: str) -> list[str]:
    """Return what to look for: lower-case terms, control characters taken as blanks."""
    text = "".join(character if character >= " " else " " for character in query)
    return text.lower()[:LONGEST_QUERY].split()[:_MOST_TERMS]


def escape_like(text: str) -> str:
    r"""Return `text` for a LIKE pattern whose escape character is `\`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True)
class SearchIndex:
    """Which columns of `table` are looked through; `key` is its integer primary key.

    Raises ValueError for anything that is not a plain name.
    """

    table: str
    texts: tuple[str, ...]
    codes: tuple[str, ...] = ()
    key: str = "id"

    def __post_init__(self) -> None:
        for name in (self.table, self.key, *self._all):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a plain column or table name: {name!r}")

    @property
    def name(self) -> str:
        """Name of the FTS table on SQLite; the index on PostgreSQL is `ix_<name>`."""
        return f"{self.table}_search"

    @property
    def _all(self) -> tuple[str, ...]:
        return (*self.texts, *self.codes)

    # --- DDL ---

    def create(self, connection: Connection) -> None:
        """Create the index and fill it with the rows there are; for migrations."""
        for statement in self.create_statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    def drop(self, connection: Connection) -> None:
        """Drop the index; for migrations."""
        for statement in self.drop_statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    def follow(self, table: Table) -> None:
        """Create and drop the index with `metadata.create_all` and `drop_all` as well."""
        event.listen(table, "after_create", lambda _table, bind, **_kw: self.create(bind))
        event.listen(table, "before_drop", lambda _table, bind, **_kw: self.drop(bind))

    def create_statements(self, dialect: str) -> list[str]:
        """Return the statements that create and fill the index."""
        if dialect == "sqlite":
            return self._fts()
        names = {"name": self.name, "table": self.table, **self._gin_expressions()}
        return [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            _PAIRS_FUNCTION,
            _GIN.substitute(names),
        ]

    def drop_statements(self, dialect: str) -> list[str]:
        """Return the statements that drop the index."""
        if dialect != "sqlite":
            return [f"DROP INDEX IF EXISTS ix_{self.name}"]
        triggers = [f"DROP TRIGGER IF EXISTS {self.name}_{act}" for act in ("i", "d", "u")]
        return [*triggers, f"DROP TABLE IF EXISTS {self.name}"]

    def _fts(self) -> list[str]:
        names = {"name": self.name, "table": self.table, "key": self.key}
        new, old = self._fts_values("new."), self._fts_values("old.")
        return [
            statement.substitute(
                **names,
                **self._fts_values(""),
                watched=", ".join(self._all),
                add=_ADD.substitute(names, **new),
                remove=_REMOVE.substitute(names, **old),
            )
            for statement in _FTS
        ]

    def _fts_values(self, row: str) -> dict[str, str]:
        words = {name: f"coalesce({row}{name}, '')" for name in self._all}
        texts = " || char(31) || ".join(words[name] for name in self.texts)
        pairs = _PAIRS.substitute(words=f"({texts})", positions=_POSITIONS)
        begins = [_BEGINS.substitute(word=words[name]) for name in self._all]
        return {
            "body": " || char(31) || ".join(words.values()),
            "grams": " || ".join([pairs, *begins]),
        }

    def _gin_expressions(self) -> dict[str, str]:
        sources: dict[str, ColumnElement[Any]] = {name: literal_column(name) for name in self._all}
        expressions = {
            "body": _gin_body(sources, self._all),
            "begins": _gin_begins(sources, self._all),
            "pairs": _gin_pairs(sources, self.texts),
        }
        manner = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it bare
        return {key: str(value.compile(dialect=manner)) for key, value in expressions.items()}

    # --- queries ---

    def condition(self, session: Session, query: str, source: Any) -> ColumnElement[bool] | None:
        """Return the condition that a row is found by `query`, or None for an empty query.

        `source` is the table, alias or mapped class that the caller's statement selects from.
        """
        terms = split_terms(query)
        if not terms:
            return None
        columns = source.c if hasattr(source, "c") else source.__table__.c
        dialect = session.get_bind().dialect.name
        find = self._found_by_fts if dialect == "sqlite" else self._found_by_gin
        return and_(*(find(columns, term) for term in terms))

    def _found_by_fts(self, columns: Any, term: str) -> ColumnElement[bool]:
        begins = _phrase(_MARK + term + _SEPARATOR)
        if len(term) >= _TRIGRAM:
            wanted = f"body : {_phrase(term)}"
        elif len(term) == 1:
            wanted = f"grams : {begins}"
        else:
            wanted = f"grams : ({_phrase(term + _SEPARATOR)} OR {begins})"
        found = sql_table(self.name, column("rowid"))
        matches = literal_column(self.name).op("MATCH")(bindparam(None, wanted, unique=True))
        key: ColumnElement[int] = columns[self.key]
        return key.in_(select(found.c.rowid).where(matches))

    def _found_by_gin(self, columns: Any, term: str) -> ColumnElement[bool]:
        if len(term) >= _TRIGRAM:
            body = _gin_body(columns, self._all)
            return body.like(f"%{escape_like(term)}%", escape="\\")
        wanted = cast(array([term]), ARRAY(Text))
        begins = _gin_begins(columns, self._all).op("&&")(wanted)
        if len(term) == 1:
            return begins
        return or_(begins, _gin_pairs(columns, self.texts).op("&&")(wanted))


def _gin_body(columns: Any, names: tuple[str, ...]) -> ColumnElement[str]:
    """Return the searched text; it must be the same in the index and in queries."""
    return func.lower(_joined(columns, names), type_=Text)


def _gin_begins(columns: Any, names: tuple[str, ...]) -> ColumnElement[Any]:
    """Return the array of the first one and two characters of each word."""
    empty = literal_column("''", Text)
    begins = [
        func.lower(func.left(func.coalesce(columns[name], empty), literal_column(length)))
        for name in names
        for length in ("1", "2")
    ]
    return cast(array(begins), ARRAY(Text))


def _gin_pairs(columns: Any, names: tuple[str, ...]) -> ColumnElement[Any]:
    return func.tongban_pairs(_joined(columns, names), type_=ARRAY(Text))


def _joined(columns: Any, names: tuple[str, ...]) -> ColumnElement[str]:
    # Literals, not parameters: an expression with parameters would not match the index's.
    empty, separator = literal_column("''", Text), literal_column("chr(31)", Text)
    words = [func.coalesce(columns[name], empty, type_=Text) for name in names]
    joined: ColumnElement[str] = words[0]
    for word in words[1:]:
        joined = joined.concat(separator).concat(word)
    return joined


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
