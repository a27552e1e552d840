"""The contract of task sources: what the task centre shows of whichever plugin owns a task.

A plugin answers `tongban_task_sources` with an object of this protocol. Lists are keyset pages,
newest first; a cursor is the plugin's own opaque text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Box = Literal["todo", "done", "started", "copied"]
BOXES: tuple[Box, ...] = ("todo", "done", "started", "copied")
BOX_TITLES: dict[Box, str] = {
    "todo": "待办任务",
    "done": "已办任务",
    "started": "我发起的",
    "copied": "抄送我的",
}

Tone = Literal["brand", "ok", "warn", "bad", "idle"]


@dataclass(frozen=True)
class TaskRow:
    """One line of a box, as plain values.

    `url` opens the page where the task is done or read. `urgent` marks 急; `unread` a copy not
    yet opened; `state` and `tone` are what a finished or started case shows.
    """

    key: str
    title: str
    subtitle: str
    number: str
    url: str
    starter: str
    starter_unit: str
    step: str
    at: datetime
    due_at: datetime | None = None
    urgent: bool = False
    unread: bool = False
    state: str = ""
    tone: Tone = "idle"


@dataclass(frozen=True)
class TaskPage:
    """A page of a box, with the cursors of its neighbours (None where there is none)."""

    rows: Sequence[TaskRow]
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True)
class TaskFilter:
    """What the person looks for: text in title, number or starter; one service; last N days."""

    text: str = ""
    service: str = ""
    days: int = 0


class TaskSource(Protocol):
    """A plugin's tasks of one viewer. Built for one request; reads only."""

    key: str
    title: str

    def counts(self) -> dict[Box, int]:
        """Return how many there are in each box (`copied`: unread ones), capped at 100."""
        ...

    def page(
        self, box: Box, *, wanted: TaskFilter, cursor: str | None = None, size: int = 20
    ) -> TaskPage:
        """Return one page of a box."""
        ...

    def services(self) -> Sequence[tuple[str, str]]:
        """Return (key, name) of the services that the viewer's tasks belong to."""
        ...
