"""The task source: what the task centre shows, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from tongban.permissions.services import load_viewer
from tongban.tasks import BOXES, TaskFilter
from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban.testing.statements import StatementCounter
from tongban.web.runtime import Runtime
from tongban_workflow.api import figures, startable
from tongban_workflow.tasks import WorkflowTasks, todo_count

from .conftest import ITEM, World
from .test_cases import accept, act

Browse = Callable[[MadePerson], Browser]
Apply = Callable[..., str]
ALL = TaskFilter()


def viewer_of(db: Session, runtime: Runtime, person: MadePerson):  # type: ignore[no-untyped-def]
    viewer = load_viewer(db, person.id, runtime.permission_cache)
    assert viewer is not None
    return viewer


def source(db: Session, runtime: Runtime, person: MadePerson) -> WorkflowTasks:
    db.expire_all()
    return WorkflowTasks(db, viewer_of(db, runtime, person))


def test_each_box_holds_what_it_says(
    world: World, browse: Browse, apply: Apply, db: Session, runtime: Runtime
) -> None:
    """HA-11: 待办, 已办, 我发起的, 抄送我的."""
    path = apply()
    assert source(db, runtime, world.handler).counts() == {
        "todo": 1, "done": 0, "started": 0, "copied": 0,
    }  # fmt: skip
    row = source(db, runtime, world.handler).page("todo", wanted=ALL).rows[0]
    assert (row.title, row.subtitle, row.step) == ("网络报修", "A03 实训楼 402", "受理")
    assert (row.url, row.starter, row.starter_unit) == (path, "林小满", "计算机学院")
    assert row.due_at is not None
    accept(world, browse, path)
    done = source(db, runtime, world.handler).page("done", wanted=ALL).rows
    assert [(one.step, one.state, one.tone) for one in done] == [("受理", "已同意", "ok")]
    assert source(db, runtime, world.colleague).counts()["done"] == 0
    started = source(db, runtime, world.student).page("started", wanted=ALL).rows
    assert [(one.step, one.state) for one in started] == [("上门处理", "办理中")]
    act(browse(world.handler).get(path), "handle", f__result="好了")
    copied = source(db, runtime, world.head).page("copied", wanted=ALL).rows
    assert [(one.url, one.unread) for one in copied] == [(path, True)]
    assert source(db, runtime, world.stranger).counts() == dict.fromkeys(BOXES, 0)


def test_pages_neither_skip_nor_repeat(
    world: World, apply: Apply, db: Session, runtime: Runtime
) -> None:
    paths = [apply() for _number in range(5)]
    tasks = source(db, runtime, world.handler)
    seen: list[str] = []
    cursor = None
    while True:
        page = tasks.page("todo", wanted=ALL, cursor=cursor, size=2)
        seen += [row.url for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == paths[::-1]


def test_filters_find_by_text_service_and_time(
    world: World, apply: Apply, db: Session, runtime: Runtime
) -> None:
    apply()
    apply(**{"f.place": "图书馆 100% 三楼"})
    tasks = source(db, runtime, world.handler)

    def found(**wanted: object) -> int:
        return len(tasks.page("todo", wanted=TaskFilter(**wanted)).rows)  # type: ignore[arg-type]

    assert found(text="图书馆") == 1
    assert found(text="100%") == 1
    assert found(text="%") == 1
    assert found(text="林小满") == 2
    assert found(text="BX-") == 2
    assert found(text="\x00没有") == 0
    assert found(service=ITEM) == 2
    assert found(service="other") == 0
    assert found(days=7) == 2
    assert tasks.services() == [(ITEM, "网络报修")]


def test_drafts_stand_first_in_what_was_started(
    world: World, browse: Browse, apply: Apply, db: Session, runtime: Runtime
) -> None:
    apply()
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    form["f.place"] = "还没写完"
    form.submit("act", value="draft", status=303)
    rows = source(db, runtime, world.student).page("started", wanted=ALL).rows
    assert [(one.state, one.url.split("/")[1]) for one in rows] == [
        ("草稿", "apply"),
        ("办理中", "cases"),
    ]


def test_lists_and_counts_cost_the_same_however_many(
    world: World, apply: Apply, db: Session, runtime: Runtime, statements: StatementCounter
) -> None:
    for _number in range(3):
        apply()
    for person, box, most in (
        (world.handler, "todo", 1), (world.student, "started", 3), (world.head, "copied", 1),
    ):  # fmt: skip
        tasks = source(db, runtime, person)
        with statements.counted() as seen:
            tasks.page(box, wanted=ALL)  # type: ignore[arg-type]
        assert seen.number <= most, (box, seen)
    tasks = source(db, runtime, world.handler)
    with statements.counted() as seen:
        tasks.counts()
    assert seen.number == 1


def test_the_badge_counts_no_further_than_a_hundred(
    world: World, apply: Apply, db: Session
) -> None:
    apply()
    assert todo_count(db, world.handler.id) == 1
    assert todo_count(db, world.student.id) == 0


def test_the_hall_learns_what_may_be_started(
    world: World, browse: Browse, apply: Apply, db: Session, runtime: Runtime
) -> None:
    student = viewer_of(db, runtime, world.student)
    assert startable(db, student, [ITEM, "nothing"]) == {ITEM}
    assert startable(db, student, []) == frozenset()
    assert figures(db, ITEM).cases == 0
    path = apply()
    accept(world, browse, path)
    act(browse(world.handler).get(path), "handle", f__result="好了")
    told = figures(db, ITEM)
    assert (told.cases, told.average_days, told.in_time_percent) == (1, 0.0, 100)


def test_the_counter_and_the_task_page_reach_http(
    world: World, browse: Browse, apply: Apply
) -> None:
    apply()
    assert browse(world.handler).get("/counters").json["tasks"] == 1
    assert browse(world.student).get("/counters").json["tasks"] == 0
