"""任务中心: boxes, counts, filters and pages, of any plugin that keeps tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from tongban import clock
from tongban.testing.browsing import Browser
from tongban.testing.statements import StatementCounter
from tongban.toolkit import BOXES, TaskFilter, TaskPage, TaskRow
from tongban.web.runtime import Runtime

from .conftest import Browse, TakePart, World, texts

Items = dict[str, int]
START = datetime(2026, 9, 14, 1, tzinfo=UTC)
NAIVE = datetime.fromisoformat("2026-09-14T09:00")


def row(number: int, **more: Any) -> TaskRow:
    facts: dict[str, Any] = {
        "key": str(number),
        "title": f"用印申请{number}",
        "subtitle": "公函",
        "number": f"YY-{number:04}",
        "url": f"/visitor/{number}",
        "starter": "陆远",
        "starter_unit": "校办",
        "step": "核稿",
        "at": START + timedelta(minutes=number),
    }
    return TaskRow(**{**facts, **more})


class Source:
    """A task source that keeps its rows in memory, newest first, pages by position."""

    key = "visitor"
    title = "公文用印"

    def __init__(
        self, rows: Sequence[TaskRow] = (), services: Any = (("seal", "用印申请"),)
    ) -> None:
        self.rows = sorted(rows, key=lambda one: one.at, reverse=True)
        self.asked: list[tuple[str, TaskFilter, str | None]] = []
        self._services = services

    def counts(self) -> Any:
        return {box: len(self.rows) if box == "todo" else 0 for box in BOXES}

    def page(
        self, box: str, *, wanted: TaskFilter, cursor: str | None = None, size: int = 20
    ) -> Any:
        self.asked.append((box, wanted, cursor))
        if box != "todo":
            return TaskPage(())
        at = int(cursor) if cursor and cursor.isdigit() else 0
        more, before = at + size < len(self.rows), at > 0
        return TaskPage(
            self.rows[at : at + size],
            str(at + size) if more else None,
            str(max(at - size, 0)) if before else None,
        )

    def services(self) -> Any:
        return self._services


@pytest.fixture
def visiting(take_part: TakePart) -> Callable[[Any], Any]:
    def add(source: Any, plugin_id: str = "visitor", title: str = "公文用印") -> Any:
        take_part(title, plugin_id, tongban_task_sources=lambda: source)
        return source

    return add


def apply(browser: Browser, place: str = "A03 402") -> None:
    form = browser.get("/apply/network-repair").forms["application"]
    form["f.place"] = place
    form.submit("act", value="submit", status=303)


def test_what_one_sends_in_is_someone_elses_task(
    world: World, items: Items, browse: Browse
) -> None:
    """HA-2: 待办 of who handles it, 我发起的 of who sent it in, 已办 afterwards."""
    student, head = browse(world.student), browse(world.head)
    apply(student)
    waiting = head.get("/tasks")
    assert texts(waiting, "td.lead a.title") == ["网络报修"]
    assert "林小满" in waiting.text
    assert texts(waiting, ".tabs a") == ["待办任务 1", "已办任务", "我发起的", "抄送我的"]
    assert "您有 1 项待办" in head.get("/hall").text
    assert texts(student.get("/tasks?box=started"), "td.lead a.title") == ["网络报修"]
    assert "待办已清空" in student.get("/tasks").text
    case = waiting.click("网络报修", href="/cases/")
    next(one for one in case.forms.values() if "act" in one.fields).submit("act", value="approve")
    done = head.get("/tasks?box=done")
    assert texts(done, "td.lead a.title") == ["网络报修"]
    assert "待办已清空" in head.get("/tasks").text


def test_tasks_of_workflow_are_filtered_and_searched(
    world: World, items: Items, browse: Browse
) -> None:
    apply(browse(world.teacher), "B07 办公楼")
    with clock.travel(by=timedelta(days=10)):
        apply(browse(world.student), "A03 实训楼")
        head = browse(world.head)

        def found(**query: str) -> list[str]:
            page = head.get("/tasks", query)
            return [text[:3] for text in texts(page, "td.lead > .meta")]

        assert found() == ["A03", "B07"]
        assert found(q="A03") == ["A03"]
        assert found(q="韩书言") == ["B07"]
        assert found(days="7") == ["A03"]
        assert found(service="network-repair") == ["A03", "B07"]
        assert found(service="other") == []


def test_the_filter_is_kept_and_taken_away(world: World, items: Items, browse: Browse) -> None:
    apply(browse(world.student))
    page = browse(world.head).get("/tasks")
    form = next(one for one in page.forms.values() if "service" in one.fields)
    assert [value for value, _on, _text in form["service"].options] == ["", "network-repair"]
    form["q"], form["days"] = "没有", "30"
    nothing = form.submit()
    assert "没有符合条件的任务" in nothing.text
    assert nothing.html.select_one("#task-search")["value"] == "没有"
    assert texts(nothing, "#task-days option[selected]") == ["近 30 天"]
    assert texts(nothing.click("^清除$"), "td.lead a.title") == ["网络报修"]


def test_one_pages_forth_and_back(
    world: World, browse: Browse, visiting: Any, switch: Callable[..., None]
) -> None:
    source = visiting(Source([row(number) for number in range(45)]))
    browser = browse(world.student)
    switch("workflow")
    page = browser.get("/tasks", {"q": "用印", "days": "30", "service": "seal"})
    seen = texts(page, "td.lead a.title")
    pages = 1
    while page.html.select_one("a[rel=next][href]") is not None:
        page = page.click("下一页")
        seen += texts(page, "td.lead a.title")
        pages += 1
    assert pages == 3
    assert seen == [f"用印申请{number}" for number in reversed(range(45))]
    assert source.asked[-1] == ("todo", TaskFilter("用印", "seal", 30), "40")
    back = page.click("上一页").click("上一页")
    assert texts(back, "td.lead a.title")[0] == "用印申请44"
    assert back.html.select_one("a[rel=prev][href]") is None


def test_several_plugins_stand_under_their_titles(
    world: World, items: Items, browse: Browse, visiting: Any
) -> None:
    apply(browse(world.student))
    visiting(Source([row(number) for number in range(25)]))
    browser = browse(world.head)
    page = browser.get("/tasks")
    assert texts(page, "h2.listhead") == ["流程办件", "公文用印"]
    assert texts(page, ".tabs a")[0] == "待办任务 26"
    following = page.click("下一页")
    query = parse_qs(urlsplit(following.request.url).query)
    assert query == {"box": ["todo"], "at.visitor": ["20"]}
    assert "网络报修" in texts(following, "td.lead a.title")
    assert "用印申请4" in texts(following, "td.lead a.title")
    card = browser.get("/hall")
    newest = ["网络报修", *(f"用印申请{number}" for number in (24, 23, 22, 21))]
    assert texts(card, "#task-card .title") == newest


def test_a_task_shows_what_is_urgent_unread_and_due(
    world: World, browse: Browse, visiting: Any
) -> None:
    late = clock.now() - timedelta(days=1)
    visiting(
        Source([row(1, urgent=True, due_at=late), row(2, unread=True), row(3, title="<b>加粗</b>")])
    )
    page = browse(world.student).get("/tasks")
    assert texts(page, ".tag-bad")[0] == "急"
    assert "已超时" in page.text or "逾期" in page.text or "超期" in page.text
    assert texts(page, "a.unread") == ["用印申请2"]
    assert "<b>加粗</b>" in texts(page, "a.title")


class Failing(Source):
    """A source one of whose answers is a failure."""

    def __init__(self, part: str, answer: Callable[[], Any]) -> None:
        super().__init__([row(1)])
        setattr(self, part, lambda *_positional, **_named: answer())


FAILURES: dict[str, tuple[str, Callable[[], Any]]] = {
    "counts raise": ("counts", lambda: 1 / 0),
    "counts are text": ("counts", lambda: {"todo": "viele"}),
    "counts are none": ("counts", lambda: None),
    "page raises": ("page", lambda: 1 / 0),
    "page is none": ("page", lambda: None),
    "rows are texts": ("page", lambda: TaskPage(["x"])),  # type: ignore[list-item]  # on purpose
    "row without title": ("page", lambda: TaskPage([row(1, title=None)])),
    "row without time": ("page", lambda: TaskPage([row(1, at="gestern")])),
    "row without zone": ("page", lambda: TaskPage([row(1, at=NAIVE)])),
    "exits": ("page", lambda: (_ for _ in ()).throw(SystemExit(1))),
}


@pytest.mark.parametrize("kind", sorted(FAILURES))
def test_a_source_that_fails_leaves_the_others(
    world: World, items: Items, browse: Browse, visiting: Any, runtime: Runtime, kind: str
) -> None:
    """KN-6: its place says so, the tasks of other plugins are there, the console knows."""
    apply(browse(world.student))
    browser = browse(world.head)
    visiting(Failing(*FAILURES[kind]))
    notice = "「公文用印」暂时无法显示"
    page = browser.get("/tasks")
    assert notice in page.text
    assert texts(page, "td.lead a.title") == ["网络报修"]
    card = browser.get("/hall")
    assert notice in card.text
    assert texts(card, "#task-card .title") == ["网络报修"]
    assert {failure.plugin_id for failure in runtime.host.failures.waiting()} == {"visitor"}


def test_a_source_that_fails_is_no_empty_box(world: World, browse: Browse, visiting: Any) -> None:
    """Nobody is told that there is nothing to do when that is not known."""
    browser = browse(world.student)
    visiting(Failing(*FAILURES["page raises"]))
    for path in ("/tasks", "/hall"):
        page = browser.get(path)
        assert "「公文用印」暂时无法显示" in page.text
        assert "待办已清空" not in page.text


def test_services_that_fail_matter_to_the_page_that_asks_for_them(
    world: World, browse: Browse, visiting: Any
) -> None:
    visiting(Source([row(1)], services=[1]))
    browser = browse(world.student)
    assert "暂时无法显示" in browser.get("/tasks").text
    assert texts(browser.get("/hall"), "#task-card .title") == ["用印申请1"]


def test_no_plugin_no_tasks(world: World, browse: Browse, switch: Callable[..., None]) -> None:
    browser = browse(world.student)
    switch("workflow")
    page = browser.get("/tasks")
    assert "待办已清空" in page.text


@pytest.mark.parametrize(
    "query",
    ["box=x", "days=99999999999", "days=%00", "at.workflow=%00", "at.workflow=AAAA", "at.=1",
     "service=%00", "q=%00", "box=done&at.workflow=WzAsMV0", "q=%F0%9F%98%80&service=%27%22%3C"],
)  # fmt: skip
def test_odd_addresses_show_a_page(world: World, items: Items, browse: Browse, query: str) -> None:
    apply(browse(world.student))
    assert browse(world.head).get(f"/tasks?{query}").status_int == 200


def test_the_page_sends_few_statements(
    world: World, items: Items, browse: Browse, statements: StatementCounter, db: Session
) -> None:
    for number in range(3):
        apply(browse(world.student), f"A0{number} 402")
    browser = browse(world.head)
    browser.get("/tasks")
    for box in BOXES:
        with statements.counted() as seen:
            browser.get(f"/tasks?box={box}")
        assert seen.number <= 6, "\n".join(seen.texts)
