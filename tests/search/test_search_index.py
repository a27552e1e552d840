"""Text search on any table: both databases find the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, insert, select, text
from sqlalchemy.orm import Session

from tongban.db import make_engine
from tongban.db.search import SearchIndex, split_terms

METADATA = MetaData()
THINGS = Table(
    "thing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(200)),
    Column("code", String(40)),
)
INDEX = SearchIndex("thing", texts=("title",), codes=("code",))
INDEX.follow(THINGS)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    if request.param == "postgresql":
        engine = request.getfixturevalue("postgres_engine")
    else:
        folder: Path = tmp_path_factory.mktemp("search")
        engine = make_engine(f"sqlite:///{folder / 'search.db'}")
    METADATA.create_all(engine)
    yield engine
    METADATA.drop_all(engine)


def found(session: Session, query: str) -> set[int]:
    condition = INDEX.condition(session, query, THINGS)
    if condition is None:
        return set()
    return set(session.scalars(select(THINGS.c.id).where(condition)))


def naive(rows: list[tuple[str, str]], query: str) -> set[int]:
    """What the module's description promises, said as plainly as possible."""

    def matches(title: str, code: str, term: str) -> bool:
        title, code = title.lower(), code.lower()
        starts = title.startswith(term) or code.startswith(term)
        if len(term) == 1:
            return starts
        if len(term) == 2:
            return term in title or starts
        return term in title or term in code

    terms = split_terms(query)
    return {
        number
        for number, (title, code) in enumerate(rows, 1)
        if terms and all(matches(title, code, term) for term in terms)
    }


letters = st.text(alphabet="网络报修申请VPN开通ab%_\"'*-()\\ ", max_size=8)
codes = st.text(alphabet="abvpnw01", max_size=6)


@given(rows=st.lists(st.tuples(letters, codes), max_size=6), query=letters)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_finds_what_a_plain_comparison_finds(
    engine: Engine, rows: list[tuple[str, str]], query: str
) -> None:
    with Session(engine) as session:
        for number, (title, code) in enumerate(rows, 1):
            session.execute(insert(THINGS).values(id=number, title=title, code=code))
        assert found(session, query) == naive(rows, query)
        session.rollback()


@given(query=st.text(max_size=80))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_breaks_the_statement(engine: Engine, query: str) -> None:
    with Session(engine) as session:
        query.encode("utf-8", "ignore")
        found(session, query.encode("utf-8", "ignore").decode())
        session.rollback()


def test_updates_and_deletions_reach_the_index(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(insert(THINGS).values(id=1, title="网络报修", code="wlbx"))
        session.execute(insert(THINGS).values(id=2, title=None, code=None))
        assert found(session, "报修") == {1}
        session.execute(text("UPDATE thing SET title = '后勤报修申请' WHERE id = 1"))
        assert (found(session, "网络"), found(session, "后勤")) == (set(), {1})
        session.execute(text("DELETE FROM thing WHERE id = 1"))
        assert found(session, "后勤") == set()
        session.rollback()


def test_an_index_made_later_holds_the_rows_there_were(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(THINGS).values(id=7, title="采购项目立项审批", code="cgxm"))
        INDEX.drop(connection)
        INDEX.create(connection)
    with Session(engine) as session:
        assert found(session, "立项") == {7}
        session.execute(text("DELETE FROM thing"))
        session.commit()


@pytest.mark.parametrize("name", ["thing; DROP", "Thing", "", "thing--"])
def test_names_that_are_not_plain_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        SearchIndex(name, texts=("title",))


def test_terms_are_bounded() -> None:
    assert split_terms("A b\tc d e f g") == ["a", "b", "c", "d", "e"]
    assert split_terms("\x00\x1f") == []
    assert len("".join(split_terms("x" * 500))) == 60
