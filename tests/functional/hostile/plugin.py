"""A plugin that means harm: it implements every hook of the contract and answers each badly."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tongban.console.pages import ConsolePage
from tongban.hookspecs import hookimpl
from tongban.pluginhost.fragments import Fragment
from tongban.pluginhost.hookdocs import hook_docs
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.search.sources import SearchHit, SearchSource
from tongban.tasks import TaskPage, TaskRow
from tongban.web.menus import MenuItem

ID, DAWDLER = "hostile", "dawdler"
TITLE = "捣乱插件"
NOTICE = f"「{TITLE}」暂时无法显示"

Answer = Callable[[], Any]

# What is asked at start and stops it; these pages are asked for afterwards.
_AT_START = ("registration", "configuration")
_ASKED_LATER = "tongban_search_sources"


class Hostile:
    """The plugin's module; its hooks are set from outside."""


def hooks(*, slots_only: bool = False) -> list[str]:
    """Return the hooks that are called while pages are served."""
    return [
        hook.name
        for hook in hook_docs()
        if hook.name == _ASKED_LATER
        or hook.family == "slot"
        or (not slots_only and hook.family not in _AT_START)
    ]


def hostile(answers: dict[str, Answer], plugin_id: str = ID) -> InstalledPlugin:
    """Return a plugin that answers these hooks so."""
    origin = Hostile()
    for name, answer in answers.items():
        setattr(origin, name, hookimpl(_ignoring(answer)))
    return InstalledPlugin(plugin_id, TITLE, "6.6", "code", origin, package="hostile")


def _ignoring(answer: Answer) -> Callable[[], Any]:
    def implementation() -> Any:
        return answer()

    return implementation


def raising() -> InstalledPlugin:
    """Return one that raises in every hook."""
    return hostile(dict.fromkeys(hooks(), _raise))


def exiting() -> InstalledPlugin:
    """Return one that ends the process, or would, in every hook."""
    return hostile(dict.fromkeys(hooks(), _exit))


def answering(value: Any) -> InstalledPlugin:
    """Return one that gives the same answer to every question."""
    return hostile(dict.fromkeys(hooks(), lambda: value))


def sleeping(seconds: float) -> InstalledPlugin:
    """Return one that sleeps in every slot."""
    return hostile(dict.fromkeys(hooks(slots_only=True), lambda: time.sleep(seconds)))


def lying() -> InstalledPlugin:
    """Return one whose answers look right: of the right kind, and with nonsense inside."""
    return hostile(_LIES)


def dawdling(seconds: float) -> InstalledPlugin:
    """Return one whose task source and search source answer at once, and sleep when asked on."""

    def sleep(*_positional: Any, **_named: Any) -> Any:
        time.sleep(seconds)

    return hostile(
        {
            "tongban_task_sources": lambda: _Source(counts=sleep, page=sleep, services=sleep),
            "tongban_search_sources": lambda: [SearchSource("dawdler.x", "慢", sleep)],
        },
        DAWDLER,
    )


def _raise() -> Any:
    raise RuntimeError("<script>alert('捣乱')</script>\x00")


def _exit() -> Any:
    raise SystemExit(3)


class _Source:
    key: Any = None
    title: Any = object()

    def __init__(self, **parts: Any) -> None:
        self.counts = self.page = self.services = lambda *_positional, **_named: None
        for name, part in parts.items():
            setattr(self, name, part)


def _nonsense_row() -> TaskRow:
    nothing: Any = object()
    return TaskRow(nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, _NAIVE)


_X: Any = object()
_NAIVE = datetime.fromisoformat("2026-09-14T08:00")
_LIES: dict[str, Answer] = {
    "tongban_check_sign_in": lambda: "",
    "tongban_may_read_file": lambda: 1,
    "tongban_apply_url": lambda: 17,
    "tongban_service_items": lambda: [_X],
    "tongban_package_check": lambda: {"fault": "x"},
    "tongban_home_cards": lambda: [
        Fragment("a", "tongban_hall:templates/no-such-file.pt"),
        Fragment("b", "no.such.package:templates/x.pt"),
        Fragment("c", "tongban_hall:templates/task_card.pt", {"tasks": 17}),
        Fragment("d", "not a specification"),
        Fragment(_X, _X, _X, _X, _X),
    ],
    "tongban_task_sources": lambda: _Source(
        counts=lambda: {"todo": -1}, page=lambda *_p, **_n: TaskPage([_nonsense_row()])
    ),
    "tongban_counters": lambda: {"tasks": "viele", None: None},
    "tongban_main_menu": lambda: [
        MenuItem("a", "无此页", "hostile.no_such_route"),
        MenuItem("b", "缺参数", "hall.item"),
        MenuItem(_X, _X, _X, _X, _X, _X, _X),
    ],
    "tongban_rail": lambda: [MenuItem("a", "次序", "hall.home", order=_X)],
    "tongban_tab_bar": lambda: [MenuItem("a", "计数", "hall.home", counter="没有这个数")],
    "tongban_user_menu": lambda: (one for one in [MenuItem("x", "无地址")]),
    "tongban_item_figures": lambda: [("只有一个",), 17],
    "tongban_console_pages": lambda: [
        ConsolePage("a", "组", "缺参数", "console.person", "console.enter"),
        ConsolePage("b", "组", "无此页", "hostile.no", "console.enter"),
        ConsolePage("c", "组", "无此权限", "console.people", "hostile.no"),
        ConsolePage("d", "组", "次序", "console.people", "console.enter", order=_X),
    ],
    "tongban_console_overview": lambda: [Fragment("a", "tongban.console:templates/none.pt")],
    "tongban_home_url": lambda: 17,
    "tongban_search_sources": lambda: [
        SearchSource("hostile.a", "甲", lambda *_: [SearchHit(_X, _X, "no.such.route")]),
        SearchSource("hostile.b", "乙", lambda *_: [_X]),
        SearchSource("hostile.c", "丙", _X),
    ],
}
