"""Service items: lists by department, theme and life stage, and each item's guide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tongban.testing.statements import StatementCounter

from .conftest import Browse, MakeItem, TakePart, World, texts

Items = dict[str, int]


@pytest.mark.parametrize(
    ("way", "shelves"),
    [
        ("unit", ["信息化管理中心 1", "后勤管理处 2"]),
        ("theme", ["网络与信息化 1", "公文与会议 1", "学生事务 1"]),
        ("stage", ["在校学习 3"]),
    ],
)
def test_students_look_through_their_items(
    world: World, items: Items, browse: Browse, way: str, shelves: list[str]
) -> None:
    """HA-7: by 部门, by 主题, by 轨迹; a heading without items is not shown."""
    page = browse(world.student).get(f"/items?way={way}")
    assert texts(page, ".sidelist a") == shelves
    assert "面向学生的事项共 3 项，其中 2 项支持在线办理" in page.text


def test_staff_see_the_stages_of_their_own_life(world: World, items: Items, browse: Browse) -> None:
    page = browse(world.teacher).get("/items?way=stage")
    assert texts(page, ".sidelist a") == ["日常办公 2", "岗位变动 1"]


def test_the_largest_heading_is_open_until_one_is_chosen(
    world: World, items: Items, browse: Browse
) -> None:
    browser = browse(world.student)
    page = browser.get("/items")
    assert texts(page, "#shelf-title") == ["后勤管理处"]
    chosen = page.click("信息化管理中心", href="shelf=")
    assert texts(chosen, "#shelf-title") == ["信息化管理中心"]
    assert texts(chosen, ".rows a.title") == ["网络报修"]


def test_searching_stays_within_the_heading(world: World, items: Items, browse: Browse) -> None:
    browser = browse(world.student)
    form = next(one for one in browser.get("/items").forms.values() if "way" in one.fields)
    form["q"] = "yz"
    found = form.submit()
    assert texts(found, ".rows a.title") == ["印章借用"]
    assert found.html.select_one("#item-search")["value"] == "yz"
    form["q"] = "没有这种事"
    nothing = form.submit()
    assert "没有找到「没有这种事」" in nothing.text


@pytest.mark.parametrize("path", ["/items/{}", "/items/{}?x=1"])
def test_an_item_for_others_is_not_there(
    world: World, items: Items, browse: Browse, path: str
) -> None:
    """A student does not open a staff item by its address, nor learns that it exists."""
    refused = browse(world.student).get(path.format("staff-transfer"), status=404)
    unknown = browse(world.student).get(path.format("no-such-item"), status=404)
    assert texts(refused, "h1") == texts(unknown, "h1") == ["没有找到该事项"]
    assert "人事调动" not in refused.text
    browse(world.teacher).get(path.format("staff-transfer"), status=200)


def test_starring_an_item_for_others_is_refused(world: World, items: Items, browse: Browse) -> None:
    browser = browse(world.student)
    browser.post(
        "/items/staff-transfer/favourite",
        {"csrf_token": browser.csrf_token(), "on": "1"},
        status=404,
    )


FACTS = """
who = "全校教职工"
duration_days = 3
fee = "不收费"
place = "A12-211"
phone = "0372-2909864"
basis = "《管理办法》"
steps = ["提交申请", "<b>审核</b>", "办结"]
posts = ["服务台岗"]
[[guide.materials]]
name = "申请表"
required = true
note = "一式两份"
[[guide.faq]]
q = "可以代办吗？"
a = "可以 <i>代办</i>。"
"""


def test_the_guide_says_everything(world: World, make_item: MakeItem, browse: Browse) -> None:
    """HA-8: who, materials, steps, time limit, fee, department, contact, posts."""
    make_item("card-make", "校园卡办理", facts=FACTS)
    page = browse(world.student).get("/items/card-make")
    assert texts(page, "#facts-title + dl dt") == [
        "主办部门", "办理时限", "服务对象", "联系电话",
        "办理地点", "收费标准", "办理依据", "相关岗位",
    ]  # fmt: skip
    shown = " ".join(texts(page, "#facts-title + dl dd"))
    for text in ("信息化管理中心", "3 个工作日", "全校教职工", "0372-2909864", "服务台岗"):
        assert text in shown
    assert texts(page, "ol.steps li") == ["提交申请", "<b>审核</b>", "办结"]
    assert texts(page, ".files .file") == ["申请表 必交 · 一式两份"]
    assert "可以 <i>代办</i>。" in texts(page, ".faq p")


HOSTILE_GUIDE = """## 适用范围

<script>alert(1)</script><img src=x onerror=alert(2)>

[链接](javascript:alert(3)) [好链接](https://example.edu.cn/a?b=1&c=2) <a href="x" onclick="y">z</a>

![图](https://example.edu.cn/track.png)

| 材料 | 份数 |
|---|---|
| 申请表 | 2 |

${python: 1/0} <tal:x replace="structure nothing">

# 一级标题
"""


def test_markdown_is_cleaned(world: World, make_item: MakeItem, browse: Browse) -> None:
    """What a department writes is text: no script, no image, no template survives."""
    make_item("hostile-guide", "指南", guide=HOSTILE_GUIDE)
    page = browse(world.student).get("/items/hostile-guide")
    prose = page.html.select_one(".prose")
    assert [tag.name for tag in prose.select("script, img, h1, [onclick], [onerror]")] == []
    assert "javascript:" not in str([link.get("href") for link in prose.select("a")])
    assert [link["href"] for link in prose.select("a[href]")] == [
        "https://example.edu.cn/a?b=1&c=2"
    ]
    assert prose.select_one("table td").get_text() == "申请表"
    assert "${python: 1/0}" in prose.get_text()
    assert all("alert(1)" not in script.text for script in page.html.select("script"))


def test_online_only_where_it_is_supported(
    world: World, items: Items, browse: Browse, switch: Callable[..., None]
) -> None:
    """HA-8: 在线办理 stands on items that somebody handles online, and only while somebody does."""
    browser = browse(world.student)
    page = browser.get("/items/network-repair")
    assert page.html.find("a", string="在线办理")["href"] == "/apply/network-repair"
    assert page.click("在线办理", index=0).status_int == 200
    offline = browser.get("/items/seal-borrow")
    assert offline.html.find("a", string="在线办理") is None
    assert "不支持在线办理" in offline.text
    switch("workflow")
    without = browser.get("/items/network-repair")
    assert without.html.find("a", string="在线办理") is None
    listed = browser.get("/items?way=theme&shelf=network")
    assert "线下办理" in listed.text
    assert "其中 0 项支持在线办理" in listed.text


def test_figures_come_from_plugins(
    world: World, items: Items, browse: Browse, take_part: TakePart
) -> None:
    browser = browse(world.student)
    assert "办理情况" not in browser.get("/items/network-repair").text
    take_part(tongban_item_figures=lambda item_key: [("累计办件", f"{len(item_key)} 件")])
    page = browser.get("/items/network-repair")
    assert texts(page, "#figures-title ~ div dd") == ["14 件"]


def test_figures_that_fail_leave_the_page(
    world: World, items: Items, browse: Browse, take_part: TakePart
) -> None:
    browser = browse(world.student)
    take_part(tongban_item_figures=lambda: [1, None])
    assert "办理情况" not in browser.get("/items/network-repair").text


def test_related_items_are_ones_the_viewer_sees(
    world: World, items: Items, make_item: MakeItem, browse: Browse
) -> None:
    make_item("vpn-access", "VPN开通", unit="hqglc", themes=["network"], audience=["staff"])
    make_item("net-account", "上网账号", themes=["network"])
    page = browse(world.student).get("/items/network-repair")
    assert texts(page, "#related-title ~ ul a") == ["上网账号"]


@pytest.mark.parametrize(("path", "most"), [("/items", 3), ("/items/network-repair", 5)])
def test_pages_cost_the_same_however_many_items_there_are(
    world: World,
    items: Items,
    make_item: MakeItem,
    browse: Browse,
    statements: StatementCounter,
    path: str,
    most: int,
) -> None:
    """Session, counters, favourites, and an item's guide and figures."""
    browser = browse(world.student)
    for number in range(5):
        make_item(f"more-{number}x", "更多事项", online=False)
    browser.get(path)
    with statements.counted() as seen:
        browser.get(path)
    assert seen.number <= most, "\n".join(seen.texts)
