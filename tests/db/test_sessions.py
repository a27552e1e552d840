"""Transactions: what commits, what does not, and what SQLite needs to behave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tongban.db import after_commit, make_engine, unit_of_work
from tongban.db.behind import WriteBehind
from tongban.db.session import SessionFactory, make_session_factory


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/sessions.db", pool_size=20)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, word TEXT)"))
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    return make_session_factory(engine)


def count(sessions: SessionFactory) -> int:
    with unit_of_work(sessions, writes=False) as session:
        return session.scalar(text("SELECT count(*) FROM note")) or 0


def test_a_unit_of_work_commits_at_its_end(sessions: SessionFactory) -> None:
    with unit_of_work(sessions) as session:
        session.execute(text("INSERT INTO note(word) VALUES ('a')"))
    assert count(sessions) == 1


def test_an_exception_undoes_it(sessions: SessionFactory) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(sessions) as session:
        session.execute(text("INSERT INTO note(word) VALUES ('a')"))
        raise ZeroDivisionError
    assert count(sessions) == 0


def test_after_commit_waits_for_the_real_commit(sessions: SessionFactory) -> None:
    told: list[str] = []
    with unit_of_work(sessions) as session:
        after_commit(session, lambda: told.append("committed"))
        with session.begin_nested():
            session.execute(text("INSERT INTO note(word) VALUES ('a')"))
        assert told == []
    assert told == ["committed"]


def test_after_commit_says_nothing_after_a_rollback(sessions: SessionFactory) -> None:
    told: list[str] = []
    with pytest.raises(ZeroDivisionError), unit_of_work(sessions) as session:
        after_commit(session, lambda: told.append("committed"))
        raise ZeroDivisionError
    with unit_of_work(sessions):
        pass
    assert told == []


def test_a_rolled_back_savepoint_forgets_nothing(sessions: SessionFactory) -> None:
    told: list[str] = []
    with unit_of_work(sessions) as session:
        after_commit(session, lambda: told.append("committed"))
        savepoint = session.begin_nested()
        savepoint.rollback()
    assert told == ["committed"]


def test_fifty_writers_never_meet_a_locked_database(sessions: SessionFactory) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(5):
                with unit_of_work(sessions) as session:
                    seen = session.scalar(text("SELECT count(*) FROM note"))
                    session.execute(text("INSERT INTO note(word) VALUES (:w)"), {"w": str(seen)})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count(sessions) == 100


def test_a_failed_write_gives_the_next_one_its_turn(sessions: SessionFactory) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), unit_of_work(sessions):
            raise ZeroDivisionError
    with unit_of_work(sessions) as session:
        session.execute(text("INSERT INTO note(word) VALUES ('a')"))
    assert count(sessions) == 1


def test_notes_are_stored_together_and_once(sessions: SessionFactory) -> None:
    stored: list[list[str]] = []
    behind: WriteBehind[str] = WriteBehind(
        lambda: sessions, lambda _session, notes: stored.append(notes), seconds=60
    )
    behind.note("a")
    behind.note("b")
    assert behind.waiting() == ["a", "b"]
    assert behind.flush() == 2
    assert behind.flush() == 0
    assert stored == [["a", "b"]]


def test_notes_are_stored_by_themselves(sessions: SessionFactory) -> None:
    done = threading.Event()
    behind: WriteBehind[str] = WriteBehind(
        lambda: sessions, lambda _session, _notes: done.set(), seconds=0.05
    )
    behind.note("a")
    assert done.wait(5)
