"""The pytest plugin: a migrated database, a session that is rolled back, the application.

A test file's folder says which plugins it runs with by overriding the `plugin_ids` fixture in its
`conftest.py`; the kernel's tests run with none. `--database postgresql` runs everything on
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from tongban.db.behind import WriteBehind
from tongban.db.engine import BEGIN_OPTION, WRITE
from tongban.settings import Settings, read_settings
from tongban.testing.databases import copy_sqlite, postgres_database, postgres_server
from tongban.testing.factories import Campus
from tongban.testing.statements import StatementCounter
from tongban.web.logs import configure_logs
from tongban.web.runtime import Runtime, build_runtime, use_keys

PluginIds = tuple[str, ...]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of database and the settings file of the tests."""
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="of the tests"
    )
    parser.addoption("--reverse-plugins", action="store_true", help="load them in reversed order")
    parser.addini("tongban_settings", "settings file of the tests", default="etc/testing.ini")


class Runtimes:
    """Migrated databases and their runtimes, one for each set of plugins."""

    def __init__(
        self,
        settings_file: Path,
        folder: Path,
        stack: ExitStack,
        *,
        kind: str,
        reverse_plugins: bool,
    ) -> None:
        self._settings_file = settings_file
        self._folder = folder
        self._kind = kind
        self._step = -1 if reverse_plugins else 1
        self._stack = stack
        self._runtimes: dict[PluginIds, Runtime] = {}
        self._templates: dict[PluginIds, Runtime] = {}
        self._server: URL | None = None
        self._copies = 0

    def get(self, plugin_ids: PluginIds) -> Runtime:
        """Return the shared runtime with these plugins."""
        if plugin_ids not in self._runtimes:
            self._runtimes[plugin_ids] = self._prepare(plugin_ids, self._new_url())
        return self._runtimes[plugin_ids]

    def copy(self, plugin_ids: PluginIds, **overrides: str) -> Runtime:
        """Return a runtime on a database of its own, for tests that commit."""
        template = self._template(plugin_ids)
        return self._runtime(plugin_ids, self._copied_url(template), overrides)

    def settings(self, plugin_ids: PluginIds, url: str, overrides: dict[str, str]) -> Settings:
        """Return the tests' settings with these plugins and this database."""
        environ = {
            "TONGBAN_DATABASE_URL": url,
            "TONGBAN_PLUGINS": " ".join(plugin_ids[:: self._step]),
            "TONGBAN_FILES_FOLDER": str(self._folder / "files"),
            **overrides,
        }
        return read_settings(self._settings_file, environ)

    def server(self) -> URL:
        """Return the PostgreSQL server."""
        if self._server is None:
            self._server = self._stack.enter_context(postgres_server(self._folder))
        return self._server

    def _prepare(self, plugin_ids: PluginIds, url: str) -> Runtime:
        from tongban.db.migrations import upgrade_all

        runtime = self._runtime(plugin_ids, url, {})
        upgrade_all(runtime)
        return runtime

    def _runtime(self, plugin_ids: PluginIds, url: str, overrides: dict[str, str]) -> Runtime:
        runtime = build_runtime(self.settings(plugin_ids, url, overrides))
        self._stack.callback(runtime.close)
        return runtime

    def _template(self, plugin_ids: PluginIds) -> Runtime:
        if plugin_ids not in self._templates:
            runtime = self._prepare(plugin_ids, self._new_url())
            runtime.close()
            self._templates[plugin_ids] = runtime
        return self._templates[plugin_ids]

    def _new_url(self) -> str:
        if self._kind == "sqlite":
            self._copies += 1
            return f"sqlite:///{self._folder}/test-{self._copies}.db"
        return self._enter_postgres(None)

    def _copied_url(self, template: Runtime) -> str:
        source = template.engine.url.database or ""
        if self._kind == "sqlite":
            self._copies += 1
            return copy_sqlite(Path(source), self._folder / f"copy-{self._copies}.db")
        return self._enter_postgres(source)

    def _enter_postgres(self, template: str | None) -> str:
        url = self._stack.enter_context(postgres_database(self.server(), template))
        return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def runtimes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtimes]:
    """Every runtime of the run, closed at its end."""
    settings_file = request.config.rootpath / request.config.getini("tongban_settings")
    configure_logs("console", "CRITICAL")
    with ExitStack() as stack:
        yield Runtimes(
            settings_file,
            tmp_path_factory.mktemp("databases"),
            stack,
            kind=request.config.getoption("--database"),
            reverse_plugins=request.config.getoption("--reverse-plugins"),
        )


@pytest.fixture
def plugin_ids() -> PluginIds:
    """Ids of the plugins that a test runs with; override it in a `conftest.py`."""
    return ()


@pytest.fixture
def runtime(runtimes: Runtimes, plugin_ids: PluginIds) -> Runtime:
    """Parts of a process on a migrated database that the whole run shares."""
    runtime = runtimes.get(plugin_ids)
    use_keys(runtime.settings)
    return runtime


@pytest.fixture
def connection(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back; the runtime works within it."""
    with runtime.engine.connect() as connection:
        connection = connection.execution_options(**{BEGIN_OPTION: WRITE})
        outer = connection.begin()
        inside = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        monkeypatch.setattr(runtime, "sessions", inside)
        monkeypatch.setattr(runtime.watch, "connect", lambda: nullcontext(connection))
        monkeypatch.setattr(WriteBehind, "by_itself", False)
        yield connection
        outer.rollback()
    monkeypatch.undo()
    runtime.watch.check(now=True)
    runtime.host.failures.take()


@pytest.fixture
def db(runtime: Runtime, connection: Connection) -> Iterator[Session]:
    """A session whose commits are undone after the test."""
    with runtime.sessions() as session:
        yield session


@pytest.fixture
def campus(db: Session, runtime: Runtime) -> Campus:
    """Factories of units, people, accounts and grants, on a root unit and the built-in roles."""
    return Campus(db, runtime)


@pytest.fixture
def app(runtime: Runtime, connection: Connection) -> Any:
    """The application by HTTP (WebTest), inside the test's transaction."""
    from tongban.testing.browsing import make_test_app

    return make_test_app(runtime)


@pytest.fixture
def statements(runtime: Runtime) -> StatementCounter:
    """Counts SQL statements: `with statements.counted() as seen: ...; seen.number`."""
    return StatementCounter(runtime.engine)


@pytest.fixture
def own_runtime(runtimes: Runtimes, plugin_ids: PluginIds) -> Iterator[Runtime]:
    """A runtime on a database of its own, for tests that commit, use threads or processes."""
    runtime = runtimes.copy(plugin_ids)
    yield runtime
    runtime.close()


@pytest.fixture
def make_own_runtime(runtimes: Runtimes) -> Callable[..., Runtime]:
    """Make runtimes on databases of their own: `make_own_runtime(("hall",), TONGBAN_X="…")`."""
    return lambda plugin_ids=(), **overrides: runtimes.copy(tuple(plugin_ids), **overrides)


@pytest.fixture(scope="session")
def postgres_engine(runtimes: Runtimes) -> Iterator[Engine]:
    """An engine on an empty PostgreSQL database, whatever `--database` says."""
    from tongban.db import make_engine

    with postgres_database(runtimes.server()) as url:
        engine = make_engine(url.render_as_string(hide_password=False))
        yield engine
        engine.dispose()
