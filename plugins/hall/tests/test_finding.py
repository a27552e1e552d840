"""The application centre and the search: by name, pinyin and initials, within what one may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tongban.toolkit import SearchHit, SearchSource
from tongban_hall.models import ConnectedSystem

from .conftest import Browse, MakeItem, TakePart, World, texts

Items = dict[str, int]


def test_all_services_stand_under_their_letters(
    world: World, items: Items, make_item: MakeItem, browse: Browse
) -> None:
    """HA-11: groups by pinyin initial; what starts with no letter comes last."""
    make_item("five-gee", "5G专网", audience=["student"])
    page = browse(world.student).get("/apps")
    assert texts(page, ".lettergroups a") == ["W–Z", "其他"]
    shown = {
        section.find("h2").get_text(): [a.get_text() for a in section.select(".tile a")]
        for section in page.html.select("section.card")
    }
    assert shown == {"W–Z": ["网络报修", "学生证补办", "印章借用"], "其他": ["5G专网"]}


@pytest.mark.parametrize("text", ["网络", "wangluo", "WLBX", "wlb", "断网", "wifi", "络报"])
def test_services_are_found_by_name_pinyin_initials_and_keywords(
    world: World, items: Items, browse: Browse, text: str
) -> None:
    browser = browse(world.student)
    assert texts(browser.get("/apps", {"q": text}), ".tile a") == ["网络报修"]
    found = browser.get("/search", {"q": text})
    assert texts(found, "a.title") == ["网络报修"]
    assert f"「{text}」共找到 1 条" in found.text


def test_the_better_match_comes_first(world: World, make_item: MakeItem, browse: Browse) -> None:
    make_item("by-summary", "其他申请", summary="与报修有关")
    make_item("by-word", "宿舍报修")
    make_item("by-start", "报修进度")
    assert texts(browse(world.student).get("/search", {"q": "报修"}), "a.title") == [
        "报修进度",
        "宿舍报修",
        "其他申请",
    ]


def test_nobody_finds_what_is_for_others(world: World, items: Items, browse: Browse) -> None:
    for path, text in (("/search", "rsdd"), ("/apps", "人事调动"), ("/items", "人事")):
        assert "/items/staff-transfer" not in browse(world.student).get(path, {"q": text}).text
    assert "人事调动" in browse(world.teacher).get("/search?q=rsdd").text


def test_nothing_found_says_how_to_go_on(world: World, items: Items, browse: Browse) -> None:
    browser = browse(world.student)
    page = browser.get("/search", {"q": "<没有>"})
    assert "没有找到「&lt;没有&gt;」" in page.text
    assert "没有找到" in browser.get("/apps", {"q": "<没有>"}).text
    assert "没有找到" not in browser.get("/search").text


@pytest.fixture
def systems(db: Session) -> None:
    common = {"icon": "home", "tone": "brand", "open": True, "for_staff": True, "sort": 1}
    names = (("lib", "图书管理系统", "tushuguanlixitong", "tsglxt", True),
             ("asset", "图章资产系统", "tuzhangzichanxitong", "tzzcxt", False))  # fmt: skip
    db.execute(
        insert(ConnectedSystem),
        [
            {
                **common,
                "key": key,
                "name": name,
                "pinyin": pinyin,
                "initials": initials,
                "address": f"https://{key}.example.edu.cn",
                "for_student": for_student,
            }
            for key, name, pinyin, initials, for_student in names
        ],
    )
    db.commit()


@pytest.mark.usefixtures("systems")
@pytest.mark.parametrize("text", ["图", "tu", "t"])
def test_systems_are_found_too(world: World, browse: Browse, text: str) -> None:
    page = browse(world.student).get("/search", {"q": text})
    assert texts(page, "#found-systems") == ["业务系统"]
    assert texts(page, "a.title") == ["图书管理系统"]
    assert page.html.select_one("a.title")["href"] == "https://lib.example.edu.cn"


def source(find: Callable[..., Any], title: str = "通知") -> SearchSource:
    return SearchSource("visitor.things", title, find)


def test_plugins_add_what_they_find(world: World, browse: Browse, take_part: TakePart) -> None:
    hits = [
        SearchHit("<b>放假通知</b>", "校办", url="/notices/1"),
        SearchHit("去首页", route="hall.home"),
        SearchHit("迷路", route="visitor.no_such_route"),
    ]
    take_part(tongban_search_sources=lambda: [source(lambda _s, _v, _q, _n: hits)])
    page = browse(world.student).get("/search", {"q": "放假"})
    assert texts(page, "[id='found-visitor.things']") == ["通知"]
    assert texts(page, "a.title") == ["<b>放假通知</b>", "去首页"]


@pytest.mark.parametrize(
    "find",
    [lambda *_: 1 / 0, lambda *_: ["x"], lambda *_: 17, lambda *_: SearchHit("不是列表")],
    ids=["raises", "texts", "number", "one hit"],
)
def test_a_source_that_fails_says_so_and_leaves_the_rest(
    world: World, items: Items, browse: Browse, take_part: TakePart, find: Callable[..., Any]
) -> None:
    """KN-6."""
    take_part(tongban_search_sources=lambda: [source(find)])
    page = browse(world.student).get("/search", {"q": "网络"})
    assert "暂时无法搜索此类内容" in page.text
    assert "网络报修" in texts(page, "a.title")


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(max_size=80))
def test_any_text_can_be_searched_for(
    world: World, items: Items, browse: Browse, text: str
) -> None:
    browser = browse(world.student)
    for path, more in (("/search", {}), ("/apps", {}), ("/items", {"way": text, "shelf": text})):
        page = browser.get(path, {"q": text.encode("utf-8", "replace"), **{
            name: value.encode("utf-8", "replace") for name, value in more.items()
        }})  # fmt: skip
        assert page.status_int == 200
