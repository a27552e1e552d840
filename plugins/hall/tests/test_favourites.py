"""我的收藏, 最近访问, 热门服务."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.testing.browsing import Browser
from tongban.testing.statements import StatementCounter
from tongban.web.runtime import Runtime
from tongban_hall.models import Favourite, ItemVisit, ServiceItem
from tongban_hall.visits import buffer_of, recent_ids

from .conftest import Browse, World, texts

Items = dict[str, int]


def star(browser: Browser, key: str, on: str, **more: Any) -> Any:
    return browser.post(
        f"/items/{key}/favourite", {"csrf_token": browser.csrf_token(), "on": on}, **more
    )


def stars(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Favourite)) or 0


def test_starring_twice_is_the_same_as_once(
    world: World, items: Items, browse: Browse, db: Session
) -> None:
    """HA-6: so is taking the star away."""
    browser = browse(world.student)
    for _ in range(2):
        assert star(browser, "network-repair", "1", status=303).location.endswith(
            "/items/network-repair"
        )
    assert stars(db) == 1
    assert "取消收藏" in browser.get("/items/network-repair").text
    for _ in range(2):
        star(browser, "network-repair", "0", status=303)
    assert stars(db) == 0


def test_htmx_is_answered_with_nothing(
    world: World, items: Items, browse: Browse, db: Session
) -> None:
    answer = star(
        browse(world.student), "network-repair", "1", headers={"HX-Request": "true"}, status=204
    )
    assert answer.body == b""
    assert stars(db) == 1


def test_the_star_on_a_tile_works_without_javascript(
    world: World, items: Items, browse: Browse
) -> None:
    browser = browse(world.student)
    forms = browser.get("/apps").forms.values()
    form = next(one for one in forms if one.action == "/items/student-card/favourite")
    form.submit("on", status=303)
    page = browser.get("/hall?services=favourites")
    assert texts(page, "#service-card .tile a") == ["学生证补办"]
    assert page.html.select_one("#service-card .star")["aria-pressed"] == "true"


def test_favourites_are_ones_own_and_the_latest_comes_first(
    world: World, items: Items, browse: Browse
) -> None:
    student, teacher = browse(world.student), browse(world.teacher)
    for minutes, key in enumerate(("network-repair", "seal-borrow")):
        with clock.travel(by=timedelta(minutes=minutes)):
            star(student, key, "1")
    page = student.get("/hall?services=favourites")
    assert texts(page, "#service-card .tile a") == ["印章借用", "网络报修"]
    assert texts(student.get("/apps?list=favourites"), ".tile a") == ["网络报修", "印章借用"]
    assert "还没有收藏" in teacher.get("/hall?services=favourites").text


@pytest.mark.parametrize("next_page", ["https://evil.example.com/", "//evil.example.com", "/hall"])
def test_one_comes_back_to_a_page_of_the_hall(
    world: World, items: Items, browse: Browse, next_page: str
) -> None:
    browser = browse(world.student)
    token = browser.csrf_token()
    answer = browser.post(
        "/items/network-repair/favourite", {"csrf_token": token, "on": "1", "next": next_page}
    )
    assert "evil" not in answer.location


def test_a_visit_is_stored_behind(
    world: World, items: Items, browse: Browse, runtime: Runtime, db: Session,
    statements: StatementCounter,
) -> None:  # fmt: skip
    """HA-6: 最近访问 by time. Reading a page writes nothing; it shows at once all the same."""
    browser = browse(world.student)
    with statements.counted() as seen:
        for minutes, key in enumerate(("network-repair", "seal-borrow", "network-repair")):
            with clock.travel(by=timedelta(minutes=minutes)):
                browser.get(f"/items/{key}")
    assert not [one for one in seen.texts if not one.lstrip().upper().startswith("SELECT")]
    waiting = browser.get("/hall?services=recent")
    assert texts(waiting, "#service-card .tile a") == ["网络报修", "印章借用"]
    assert buffer_of(runtime).flush() == 3
    stored = browser.get("/hall?services=recent")
    assert texts(stored, "#service-card .tile a") == ["网络报修", "印章借用"]
    assert texts(browser.get("/apps?list=recent"), ".tile a") == ["网络报修", "印章借用"]
    times = select(ItemVisit.times).where(ItemVisit.item_id == items["network-repair"])
    assert db.scalar(times) == 2
    assert "还没有访问记录" in browse(world.teacher).get("/hall?services=recent").text


def test_recent_ones_are_few(world: World, items: Items, runtime: Runtime, db: Session) -> None:
    assert recent_ids(runtime, db, world.student.id) == []


def test_the_hot_ones_come_first(
    world: World, items: Items, browse: Browse, runtime: Runtime, db: Session
) -> None:
    """HA-6: 热门服务 by use, of everybody, within what one may see."""
    browse(world.teacher).get("/items/staff-transfer")
    for _ in range(3):
        browse(world.student).get("/items/seal-borrow")
    browse(world.teacher).get("/items/network-repair")
    browse(world.student).get("/items/network-repair")
    buffer_of(runtime).flush()
    runtime.extra.pop("hall.hot", None)
    page = browse(world.student).get("/hall")
    assert texts(page, "#service-card .tile a") == ["印章借用", "网络报修", "学生证补办"]
    used = select(ServiceItem.visits).where(ServiceItem.id == items["seal-borrow"])
    assert db.scalar(used) == 3


@pytest.mark.commits
def test_two_windows_star_at_once(runtimes: Any, plugin_ids: tuple[str, ...]) -> None:
    from tongban.testing.factories import Campus
    from tongban_hall.favourites import set_favourite

    own = runtimes.copy(plugin_ids)
    with own.unit_of_work() as session:
        campus = Campus(session, own)
        person = campus.person()
        item = ServiceItem(key="a-item", name="事项", unit_id=campus.root.id)
        session.add(item)
        session.flush()
        item_id = item.id

    gate = threading.Barrier(4)
    failures: list[BaseException] = []

    def click() -> None:
        try:
            gate.wait()
            with own.unit_of_work() as session:
                set_favourite(session, person.id, item_id, on=True)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own.unit_of_work(writes=False) as session:
        assert stars(session) == 1
    assert failures == []
    own.close()
