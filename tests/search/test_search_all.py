"""One search over every source: each contained, only what the viewer may, in order."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from tongban.hookspecs import hookimpl
from tongban.permissions.viewer import PermissionSet, Reach, Viewer
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.search.services import SearchGroup, search_all
from tongban.search.sources import SearchHit, SearchSource
from tongban.web.runtime import Runtime

NOBODY = Viewer(1, 1, "1", "张三", "staff", 1, "图书馆", "/1/2/")
CLERK = Viewer(
    2,
    2,
    "2",
    "李四",
    "staff",
    1,
    "图书馆",
    "/1/2/",
    permissions=PermissionSet({"one.see": Reach(("/",))}),
)


def plugin(plugin_id: str, *sources: SearchSource) -> InstalledPlugin:
    @hookimpl
    def tongban_search_sources() -> tuple[SearchSource, ...]:
        return sources

    origin = SimpleNamespace(tongban_search_sources=tongban_search_sources)
    return InstalledPlugin(plugin_id, plugin_id, "1", "code", origin)


def source(key: str, order: int = 100, permission: str = "", count: int = 9) -> SearchSource:
    def find(session: Session, viewer: Viewer, query: str, limit: int) -> list[SearchHit]:
        assert session.connection() is not None
        return [SearchHit(f"{query}{number}") for number in range(min(limit, count))]

    return SearchSource(key, key, find, permission=permission, order=order)


def broken(session: Session, viewer: Viewer, query: str, limit: int) -> list[SearchHit]:
    raise RuntimeError("no such table")


def slow(session: Session, viewer: Viewer, query: str, limit: int) -> list[SearchHit]:
    time.sleep(1)
    return []


@pytest.fixture
def host() -> PluginHost:
    host = PluginHost(slot_budget_seconds=0.2)
    host.register(plugin("one", source("one.late", 200), source("one.secret", 50, "one.see")))
    host.register(plugin("two", source("two.early", 10), source("two.none", 20, count=0)))
    return host


def ask(
    host: PluginHost, runtime: Runtime, viewer: Viewer, query: str, **more: object
) -> list[str]:
    return [group.key for group in groups(host, runtime, viewer, query, **more)]


def groups(
    host: PluginHost, runtime: Runtime, viewer: Viewer, query: str, **more: object
) -> list[SearchGroup]:
    def open_session() -> object:
        return runtime.unit_of_work(writes=False)

    return search_all(host, open_session, viewer, query, **more)  # type: ignore[arg-type]  # named


def test_sources_answer_in_order_and_only_to_those_who_may(
    host: PluginHost, runtime: Runtime
) -> None:
    assert ask(host, runtime, NOBODY, "报修") == ["two.early", "one.late"]
    assert ask(host, runtime, CLERK, "报修") == ["two.early", "one.secret", "one.late"]
    assert ask(host, runtime, CLERK, "报修", keys=["one.late"]) == ["one.late"]
    assert [len(group.hits) for group in groups(host, runtime, CLERK, "报修", limit=3)] == [3, 3, 3]
    assert ask(host, runtime, CLERK, "   ") == []


def test_a_source_that_raises_or_hangs_is_left_out(host: PluginHost, runtime: Runtime) -> None:
    """KN-6: the rest of the page is there."""
    host.register(
        plugin(
            "bad", SearchSource("bad.raises", "坏", broken), SearchSource("bad.hangs", "慢", slow)
        )
    )
    found = groups(host, runtime, NOBODY, "报修")
    assert {group.key: group.failed for group in found} == {
        "two.early": False,
        "bad.raises": True,
        "bad.hangs": True,
        "one.late": False,
    }
    assert {failure.hook for failure in host.failures.take()} == {"bad.raises", "bad.hangs"}


def test_a_plugin_that_is_off_is_not_asked(host: PluginHost, runtime: Runtime) -> None:
    host.set_disabled(["two"])
    assert ask(host, runtime, NOBODY, "报修") == ["one.late"]
