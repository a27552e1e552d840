"""Service packages as items of the hall: coming, changing, going, in every process."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.pluginhost.installing import install, retire
from tongban.pluginhost.packages import PackageRefused, make_content
from tongban.pluginhost.state import disable, enable
from tongban.testing.browsing import make_test_app
from tongban.testing.factories import Campus
from tongban.web.runtime import Runtime, build_runtime
from tongban_hall.catalogue.keeping import catalogue_of
from tongban_hall.models import ServiceItem

from .conftest import Browse, MakeItem, World, texts

Items = dict[str, int]


def test_a_retired_package_hides_its_item(
    world: World, items: Items, browse: Browse, db: Session, runtime: Runtime
) -> None:
    browser = browse(world.student)
    star = {"csrf_token": browser.csrf_token(), "on": "1"}
    browser.post("/items/network-repair/favourite", star)
    browser.get("/items/network-repair")
    retire(db, runtime.host, "network-repair", None)
    db.commit()
    runtime.refresh(now=True)
    for path in ("/hall", "/hall?services=favourites", "/hall?services=recent", "/items",
                 "/apps", "/search?q=wlbx"):  # fmt: skip
        page = browser.get(path)
        assert "/items/network-repair" not in page.text, path
    browser.get("/items/network-repair", status=404)
    browser.get("/apply/network-repair", status=404)
    assert db.scalar(select(ServiceItem.status).where(ServiceItem.key == "network-repair")) == (
        "retired"
    )


def test_a_retired_package_comes_back(
    world: World,
    items: Items,
    make_item: MakeItem,
    browse: Browse,
    db: Session,
    runtime: Runtime,
) -> None:
    retire(db, runtime.host, "network-repair", None)
    db.commit()
    make_item("network-repair", "网络报修", version="1.1.0")
    assert "网络报修" in browse(world.student).get("/items/network-repair").text


def test_a_new_version_changes_the_item_at_once(
    world: World, items: Items, make_item: MakeItem, browse: Browse
) -> None:
    browser = browse(world.student)
    make_item("network-repair", "网络故障报修", version="2.0.0", unit="hqglc", themes=["life"])
    assert texts(browser.get("/items?way=theme&shelf=life"), ".rows a.title") == ["网络故障报修"]
    page = browser.get("/items/network-repair")
    assert "后勤管理处" in texts(page, "#facts-title + dl dd")
    assert texts(browser.get("/search?q=wlgz"), "a.title") == ["网络故障报修"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"themes": ["cooking"]}, "没有「cooking」这个主题"),
        ({"stages": ["x"]}, "没有「x」这个轨迹"),
    ],
)
def test_what_the_hall_cannot_show_is_refused(
    world: World, make_item: MakeItem, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(PackageRefused, match=words):
        make_item("odd-package", "奇怪的事项", **more)


def content(name: str, version: str) -> Any:
    manifest = f"""
schema = 1
id = "seal-borrow"
version = "{version}"
name = "{name}"
summary = "印章"
unit = "ayit"
audience = ["staff"]
online = false
"""
    return make_content({"service.toml": manifest.encode(), "guide.md": b"## x\n"})


@pytest.fixture
def own(runtimes: Any, plugin_ids: tuple[str, ...]) -> Runtime:
    runtime: Runtime = runtimes.copy(plugin_ids)
    with runtime.unit_of_work() as session:
        Campus(session, runtime)
    return runtime


def follows(runtime: Runtime, names: list[str]) -> float:
    """Wait until a process shows these items, as its requests do; return the seconds it took."""
    started = time.monotonic()
    while time.monotonic() - started < 10:
        runtime.refresh()
        with runtime.unit_of_work(writes=False) as session:
            catalogue = catalogue_of(runtime, session)
        shown = catalogue.visible_to("staff", runtime.host.is_enabled)
        if [item.name for item in shown] == names:
            break
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.mark.commits
def test_another_process_follows_within_two_seconds(own: Runtime) -> None:
    other = build_runtime(own.settings)
    try:
        assert follows(other, []) < 2
        for name, version in (("印章借用", "1.0.0"), ("印章外借", "1.0.1")):
            with own.unit_of_work() as session:
                install(session, own.host, content(name, version), None)
            assert follows(other, [name]) < 2
        with own.unit_of_work() as session:
            retire(session, own.host, "seal-borrow", None)
        assert follows(other, []) < 2
    finally:
        other.close()
        own.close()


@pytest.mark.commits
def test_what_happens_while_the_hall_is_off_is_made_up_for(own: Runtime) -> None:
    """Packages that come and go meanwhile are listed, or not, when the hall is on again."""
    with own.unit_of_work() as session:
        install(session, own.host, content("印章借用", "1.0.0"), None)
        disable(session, own.host, None, "hall")
    own.refresh(now=True)
    with own.unit_of_work() as session:
        retire(session, own.host, "seal-borrow", None)
    own.refresh(now=True)
    with own.unit_of_work() as session:
        enable(session, own.host, None, "hall")
    own.refresh(now=True)
    assert follows(own, []) < 2
    with own.unit_of_work(writes=False) as session:
        assert session.scalars(select(ServiceItem.status)).all() == ["retired"]
    own.close()


def test_without_a_hall_the_rest_works(own: Runtime) -> None:
    with own.unit_of_work() as session:
        disable(session, own.host, None, "hall")
    own.refresh(now=True)
    browser = make_test_app(own)
    for path in ("/hall", "/items", "/apps", "/tasks", "/search", "/items/x"):
        assert "该功能已停用" in browser.get(path, status=404).text
    own.close()
