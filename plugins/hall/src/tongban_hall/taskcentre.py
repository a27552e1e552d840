"""The task centre 任务中心: the tasks of whichever plugins keep some (manual §3.2(2)).

With one source its pages pass through; with several the centre shows the sources one after the
other under their titles, for their keyset cursors do not mix. A source that fails or overruns
leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from tongban.toolkit import BOXES, Box, TaskFilter, TaskPage, TaskRow, TaskSource

HOOK = "tongban_task_sources"
CARD_ROWS = 5
PAGE_ROWS = 20
DAYS = ((0, "全部时间"), (7, "近 7 天"), (30, "近 30 天"), (180, "近半年"))

_TEXTS = tuple(one.name for one in fields(TaskRow) if one.type == "str")


@dataclass(frozen=True)
class Wish:
    """What a page wants of each source: a page of a box; `cursors` are by the source's key."""

    box: Box
    wanted: TaskFilter = field(default_factory=TaskFilter)
    cursors: Mapping[str, str] = field(default_factory=dict)
    size: int = PAGE_ROWS
    services: bool = True


@dataclass(frozen=True)
class SourceView:
    """What one source answered; `failed` when it did not."""

    key: str
    title: str
    counts: Mapping[str, int] = field(default_factory=dict)
    page: TaskPage = field(default_factory=lambda: TaskPage(()))
    services: Sequence[tuple[str, str]] = ()
    failed: bool = False


def look(host: Any, open_session: Any, viewer: Any, wish: Wish) -> list[SourceView]:
    """Ask the task sources of the enabled plugins; who keeps none for the viewer is left out."""
    answers = host.gather_from(
        HOOK, lambda source: _view(source, wish), open_session, viewer=viewer
    )
    return [
        answer.value
        if answer.state == "done"
        else SourceView(answer.plugin.id, answer.plugin.title, failed=True)
        for answer in answers
        if answer.state != "done" or answer.value is not None
    ]


def _view(source: TaskSource, wish: Wish) -> SourceView:
    key = source.key
    page = source.page(wish.box, wanted=wish.wanted, cursor=wish.cursors.get(key), size=wish.size)
    counts = source.counts()
    return SourceView(
        str(key),
        str(source.title),
        {box: int(counts.get(box, 0)) for box in BOXES},
        TaskPage([_checked(row) for row in page.rows], page.next_cursor, page.previous_cursor),
        [(str(service), str(name)) for service, name in source.services()] if wish.services else (),
    )


def _checked(row: TaskRow) -> TaskRow:
    """Return a row that a page can show. Raises TypeError: the source failed, not the page."""
    wrong = [name for name in _TEXTS if not isinstance(getattr(row, name), str)]
    moments = [row.at] if row.due_at is None else [row.at, row.due_at]
    if not all(isinstance(one, datetime) and one.tzinfo is not None for one in moments):
        wrong.append("at, due_at")
    if wrong:
        raise TypeError(f"a task's row cannot be shown: {', '.join(wrong)}")
    return row


def counts(views: Sequence[SourceView]) -> dict[Box, int]:
    """Return how many tasks there are in each box, over all sources."""
    return {box: sum(view.counts.get(box, 0) for view in views) for box in BOXES}


def newest(views: Sequence[SourceView]) -> list[TaskRow]:
    """Return the first rows of a box, newest first over all sources, for the home page's card."""
    rows = [row for view in views for row in view.page.rows]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:CARD_ROWS]


def services(views: Sequence[SourceView]) -> list[tuple[str, str]]:
    """Return the services that the viewer's tasks belong to."""
    return [pair for view in views for pair in view.services]


def box_named(name: str | None) -> Box:
    """Return the box of that name, 待办 for anything unknown."""
    return next((box for box in BOXES if box == name), "todo")
