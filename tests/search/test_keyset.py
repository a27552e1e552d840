"""Keyset paging never skips or repeats, and no cursor breaks a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Engine, Integer, MetaData, String, Table, Uuid, insert, select
from sqlalchemy.orm import Session

from tongban.db import make_engine
from tongban.db.keyset import Keyset
from tongban.db.types import UtcDateTime

METADATA = MetaData()
LINES = Table(
    "line",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("name", String(20), nullable=False),
    Column("token", Uuid, nullable=False),
)
NEWEST = Keyset(descending=True, at=LINES.c.at, id=LINES.c.id)
BY_NAME = Keyset(name=LINES.c.name, id=LINES.c.id)
BY_DAY = Keyset(day=LINES.c.day, token=LINES.c.token)
START = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("keyset")
    engine = make_engine(f"sqlite:///{folder / 'keyset.db'}")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def fill(session: Session, keys: list[tuple[int, str]]) -> None:
    for number, (minutes, name) in enumerate(keys, 1):
        session.execute(
            insert(LINES).values(
                id=number,
                at=START + timedelta(minutes=minutes),
                day=date(2026, 9, 1 + minutes % 20),
                name=name,
                token=uuid4(),
            )
        )


def walk(session: Session, keyset: Keyset, limit: int) -> list[int]:
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        page = keyset.page(session, select(LINES), cursor, limit=limit)
        numbers += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return numbers


keys = st.lists(st.tuples(st.integers(0, 5), st.text(alphabet="甲乙ab'", max_size=3)), max_size=12)


@given(keys=keys, limit=st.integers(1, 5))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_walking_the_pages_gives_the_whole_list_in_order(
    engine: Engine, keys: list[tuple[int, str]], limit: int
) -> None:
    with Session(engine) as session:
        fill(session, keys)
        newest = session.scalars(
            select(LINES.c.id).order_by(LINES.c.at.desc(), LINES.c.id.desc())
        ).all()
        assert walk(session, NEWEST, limit) == newest
        named = session.scalars(select(LINES.c.id).order_by(LINES.c.name, LINES.c.id)).all()
        assert walk(session, BY_NAME, limit) == named
        assert len(walk(session, BY_DAY, limit)) == len(keys)
        session.rollback()


@given(keys=st.lists(st.tuples(st.integers(0, 5), st.just("甲")), min_size=4, max_size=9))
@settings(max_examples=30, deadline=None)
def test_going_forth_and_back_shows_the_same_page(
    engine: Engine, keys: list[tuple[int, str]]
) -> None:
    with Session(engine) as session:
        fill(session, keys)
        first = NEWEST.page(session, select(LINES), None, limit=2)
        second = NEWEST.page(session, select(LINES), first.next, limit=2)
        back = NEWEST.page(session, select(LINES), second.previous, limit=2)
        assert [row.id for row in back.rows] == [row.id for row in first.rows]
        assert (first.previous, back.previous) == (None, None)
        session.rollback()


@given(cursor=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: raw.hex()))
@settings(max_examples=300, deadline=None)
def test_a_cursor_that_somebody_made_up_gives_the_first_page(engine: Engine, cursor: str) -> None:
    with Session(engine) as session:
        fill(session, [(1, "甲"), (2, "乙")])
        for keyset in (NEWEST, BY_NAME, BY_DAY):
            assert len(keyset.page(session, select(LINES), cursor, limit=5).rows) == 2
        session.rollback()


def test_a_cursor_of_another_list_gives_the_first_page(engine: Engine) -> None:
    with Session(engine) as session:
        fill(session, [(minutes, "甲") for minutes in range(4)])
        other = BY_NAME.page(session, select(LINES), None, limit=2).next
        page = NEWEST.page(session, select(LINES), other, limit=2)
        assert [row.id for row in page.rows] == [4, 3]
        assert isinstance(page.rows[0].token, UUID)
        session.rollback()
