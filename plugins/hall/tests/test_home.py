"""The home page: what stands on it, for whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tongban import clock
from tongban.testing.factories import Campus
from tongban.testing.statements import StatementCounter
from tongban.toolkit import Fragment
from tongban.web.runtime import Runtime
from tongban_hall.models import ConnectedSystem

from .conftest import Browse, MakeItem, TakePart, World, texts

Items = dict[str, int]


def test_staff_and_students_see_their_own_items(world: World, items: Items, browse: Browse) -> None:
    """HA-7: staff see staff items, students see student items."""
    students = browse(world.student).get("/hall")
    staff = browse(world.teacher).get("/hall")
    assert "学生证补办" in students.text
    assert "人事调动" not in students.text
    assert "人事调动" in staff.text
    assert "学生证补办" not in staff.text
    assert "全部 3 项" in students.text
    assert "全部 3 项" in staff.text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-09-13T23:30+00:00", "上午好"),
        ("2026-09-14T04:00+00:00", "中午好"),
        ("2026-09-14T09:59+00:00", "下午好"),
        ("2026-09-14T10:00+00:00", "晚上好"),
        ("2026-09-14T20:59+00:00", "夜深了"),
    ],
)
def test_the_greeting_goes_by_the_campus_clock(
    world: World, browse: Browse, moment: str, words: str
) -> None:
    with clock.travel(to=datetime.fromisoformat(moment).astimezone(UTC)):
        hero = texts(browse(world.student).get("/hall"), "#greeting")
    assert hero == [f"{words}，林小满同学"]


def test_staff_are_greeted_as_teachers(world: World, browse: Browse) -> None:
    assert texts(browse(world.teacher).get("/hall"), "#greeting")[0].endswith("韩书言老师")


def test_an_empty_slot_takes_no_room(world: World, items: Items, browse: Browse) -> None:
    """Without a lead card (notices) the services take its place; nothing is left blank."""
    page = browse(world.student).get("/hall")
    columns = page.html.select(".home > .grid-12.overlap > div")
    assert [column["class"] for column in columns] == [["stack", "col-8"], ["col-4", "stack"]]
    assert columns[0].select_one("#service-card") is not None
    assert page.html.select("section.card:empty") == []
    assert page.html.select_one("#system-card-title") is None


def test_cards_stand_where_their_area_says(
    world: World, items: Items, browse: Browse, take_part: TakePart, tmp_path: Any
) -> None:
    card = "tongban_hall:templates/system_card.pt"
    system = {"address": "/x", "icon": "home", "tone": "brand"}

    def fragment(area: str, name: str, order: int = 100) -> Fragment:
        shown = type("System", (), {**system, "name": name})
        return Fragment(name, card, {"systems": [shown]}, order=order, area=area)

    take_part(
        tongban_home_cards=lambda: [
            fragment("side", "侧栏卡片"),
            fragment("lead", "第二张通知", 20),
            fragment("lead", "第一张通知", 10),
            fragment("", "其余卡片"),
        ]
    )
    page = browse(world.student).get("/hall").html
    lead = page.select_one(".overlap > .col-8").get_text()
    assert lead.index("第一张通知") < lead.index("第二张通知")
    assert "常用服务" not in lead
    assert "侧栏卡片" in page.select_one(".overlap > .col-4").get_text()
    assert "其余卡片" in page.select(".home > section")[-1].get_text()


def test_without_tasks_the_services_take_the_whole_width(
    world: World, items: Items, browse: Browse, switch: Callable[..., None]
) -> None:
    browser = browse(world.student)
    switch("workflow")
    page = browser.get("/hall")
    columns = page.html.select(".home > .grid-12.overlap > div")
    assert [column["class"] for column in columns] == [["stack", "col-12"]]
    assert page.html.select_one("#task-card") is None


def test_an_empty_catalogue_says_so(world: World, browse: Browse) -> None:
    page = browse(world.student).get("/hall")
    assert "还没有上线的事项" in page.text
    assert "还没有上线的服务" in page.text
    assert "待办已清空" in page.text


@pytest.fixture
def systems(db: Session) -> None:
    columns = {"icon": "home", "pinyin": "xitong", "open": True}
    kinds = (
        ("zcgl", "资产管理系统", True, False),
        ("xgxt", "学工系统", False, True),
        ("tsg", "图书管理系统", True, True),
    )
    db.execute(
        insert(ConnectedSystem),
        [
            {
                **columns,
                "key": key,
                "name": name,
                "initials": key,
                "address": f"https://{key}.example.edu.cn/",
                "for_staff": staff,
                "for_student": student,
                "sort": sort,
            }
            for sort, (key, name, staff, student) in enumerate(kinds)
        ]
        + [
            {
                **columns,
                "key": "old",
                "name": "已停用的系统",
                "initials": "old",
                "address": "https://old.example.edu.cn/",
                "for_staff": True,
                "for_student": True,
                "sort": 9,
                "open": False,
            }
        ],
    )
    db.commit()


@pytest.mark.usefixtures("systems")
def test_systems_are_those_a_person_may_enter(world: World, browse: Browse) -> None:
    """HA-5 (the list): in their order, for the person's own audience, those that are open."""
    students = browse(world.student).get("/hall")
    assert texts(students, ".systems a") == ["学工系统", "图书管理系统"]
    assert texts(browse(world.teacher).get("/hall"), ".systems a") == [
        "资产管理系统",
        "图书管理系统",
    ]
    assert students.html.select_one(".systems a")["href"] == "https://xgxt.example.edu.cn/"


@pytest.mark.parametrize(
    ("target", "shown", "not_shown"),
    [
        ("task-card", "任务中心", "常用服务"),
        ("service-card", "常用服务", "办事事项"),
        ("item-card", "办事事项", "常用服务"),
    ],
)
def test_a_card_is_asked_for_alone(
    world: World, items: Items, browse: Browse, target: str, shown: str, not_shown: str
) -> None:
    """htmx asks for one region; without JavaScript the same links lead to the whole page."""
    browser = browse(world.student)
    for name in (target, f"section#{target}"):
        part = browser.get("/hall?box=done&services=recent&way=theme", headers={"HX-Target": name})
        assert part.html.select_one(f"#{target}") is not None
        assert f">{shown}</h2>" in part.text
        assert f">{not_shown}</h2>" not in part.text
        assert "<html" not in part.text
    assert "<html" in browser.get("/hall?box=done&services=recent&way=theme").text


def test_odd_addresses_show_the_usual_page(world: World, items: Items, browse: Browse) -> None:
    browser = browse(world.student)
    for query in ("box=started", "box=%00", "services=x", "way=x&shelf=x", "shelf=%F0%9F%98%80"):
        page = browser.get(f"/hall?{query}")
        assert page.html.select_one("#item-card .tile") is not None


def test_the_home_page_sends_few_statements(
    world: World,
    items: Items,
    browse: Browse,
    statements: StatementCounter,
    campus: Campus,
    make_item: MakeItem,
    runtime: Runtime,
) -> None:
    """However many items there are: session, counters, tasks, favourites, systems."""
    browser = browse(world.student)
    browser.get("/hall")
    with statements.counted() as few:
        browser.get("/hall")
    for number in range(6):
        make_item(f"more-{number}x", f"事项{number}", online=False)
    browser.get("/hall")
    with statements.counted() as many:
        browser.get("/hall")
    assert many.number == few.number, "\n".join(many.texts)
    assert many.number <= 6, "\n".join(many.texts)
