"""What the tests of authentication share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tongban.hookspecs import hookimpl
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.testing.databases import postgres_database
from tongban.testing.plugin import Runtimes
from tongban.web.runtime import Runtime, build_runtime


@pytest.fixture
def plug(runtime: Runtime) -> Iterator[Callable[..., None]]:
    """Install a plugin for one test: `plug(tongban_signed_in=function)`."""
    installed: list[str] = []

    def install(**hooks: Callable[..., Any]) -> None:
        plugin_id = f"probe{len(installed)}"
        origin = SimpleNamespace(**{name: hookimpl(call) for name, call in hooks.items()})
        runtime.host.register(InstalledPlugin(plugin_id, "试验", "1", "code", origin))
        installed.append(plugin_id)

    yield install
    for plugin_id in installed:
        runtime.host.unregister(plugin_id)


@pytest.fixture
def fresh(db: Session) -> Callable[..., Any]:
    """Ask the database anew: `fresh(select(…))` returns all rows."""

    def ask(statement: Any) -> Any:
        db.expire_all()
        return db.execute(statement).all()

    return ask


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def each_runtime(request: pytest.FixtureRequest, runtimes: Runtimes) -> Iterator[Runtime]:
    """A runtime on a database of its own, on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        if request.param == "sqlite" and request.config.getoption("--database") == "sqlite":
            runtime = runtimes.copy(())
        elif request.param == "postgresql":
            url = stack.enter_context(postgres_database(runtimes.server()))
            runtime = _migrated(runtimes, url.render_as_string(hide_password=False))
        else:
            pytest.skip("the whole run is on PostgreSQL")
        stack.callback(runtime.close)
        yield runtime


def _migrated(runtimes: Runtimes, url: str) -> Runtime:
    from tongban.db.migrations import upgrade_all

    runtime = build_runtime(runtimes.settings((), url, {}))
    upgrade_all(runtime)
    return runtime
