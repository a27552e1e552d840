"""KN-6: what a plugin does wrong stays with the plugin."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.models import Generation

MakePlugin = Callable[..., str]


def load(*plugin_ids: str, seconds: float = 5) -> PluginHost:
    host = PluginHost(slot_budget_seconds=seconds)
    host.load(plugin_ids)
    return host


def kinds(host: PluginHost) -> list[tuple[str, str, str]]:
    return [(one.plugin_id, one.hook, one.kind) for one in host.failures.take()]


GOOD = "@hookimpl\ndef tongban_home_url(): return '/good'\n"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise KeyError('x')", "KeyError"),
        ("import sys; sys.exit(1)", "SystemExit"),
        ("return 17", "WrongAnswerError"),
        ("return tongban_home_url()", "RecursionError"),
    ],
)
def test_a_failing_slot_leaves_the_others(make_plugin: MakePlugin, body: str, kind: str) -> None:
    bad = make_plugin(f"@hookimpl\ndef tongban_home_url():\n    {body}\n")
    good = make_plugin(GOOD)
    host = load(bad, good)
    answers = host.gather("tongban_home_url", url=str)
    assert [(one.plugin.id, one.state, one.value) for one in answers] == [
        (bad, "error", None),
        (good, "done", "/good"),
    ]
    assert kinds(host) == [(bad, "tongban_home_url", kind)]


MENU = "from tongban.toolkit import MenuItem\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("[MenuItem('a', 'b', order=None)]", "WrongAnswerError"),
        ("[MenuItem('a', None)]", "WrongAnswerError"),
        ("(one / 0 for one in (1, 2))", "ZeroDivisionError"),
        ("'tasks'", "WrongAnswerError"),
        ("[{'key': 'x'}]", "WrongAnswerError"),
    ],
)
def test_what_a_page_would_trip_over_is_the_plugins_failure(
    make_plugin: MakePlugin, answer: str, kind: str
) -> None:
    bad = make_plugin(f"{MENU}@hookimpl\ndef tongban_main_menu(): return {answer}\n")
    host = load(bad)
    assert [one.state for one in host.gather("tongban_main_menu", viewer=None)] == ["error"]
    assert kinds(host) == [(bad, "tongban_main_menu", kind)]


@pytest.mark.parametrize("answer", ["{'tasks': 'x'}", "{'tasks': None}", "[('tasks', 1)]"])
def test_counters_are_numbers(make_plugin: MakePlugin, answer: str) -> None:
    host = load(make_plugin(f"@hookimpl\ndef tongban_counters(): return {answer}\n"))
    assert [one.state for one in host.gather("tongban_counters", viewer=None)] == ["error"]


SLEEPER = """
import time
@hookimpl
def tongban_home_url():
    time.sleep(0.6)
    return '/late'
"""


def test_a_slot_that_hangs_costs_its_budget_and_no_more(make_plugin: MakePlugin) -> None:
    slow, good = make_plugin(SLEEPER), make_plugin(GOOD)
    host = load(slow, good, seconds=0.1)
    started = time.monotonic()
    answers = host.gather("tongban_home_url", url=str)
    assert time.monotonic() - started < 0.5
    assert [one.state for one in answers] == ["slow", "done"]
    assert kinds(host) == [(slow, "tongban_home_url", "TimeBudget")]


def test_a_slot_that_hangs_again_rests_for_a_while(make_plugin: MakePlugin) -> None:
    slow, good = make_plugin(SLEEPER), make_plugin(GOOD)
    host = load(slow, good, seconds=0.05)
    states = [[one.state for one in host.gather("tongban_home_url", url=str)] for _ in range(4)]
    assert states == [["slow", "done"], ["slow", "done"], ["resting", "done"], ["resting", "done"]]


def test_a_plugin_that_hangs_everywhere_costs_its_budget_once(make_plugin: MakePlugin) -> None:
    """Its other fragments of the call are left out; those of other plugins are asked."""
    hooks = ("tongban_home_url", "tongban_main_menu", "tongban_rail")
    hanging = "".join(f"@hookimpl\ndef {hook}(): time.sleep(0.6)\n" for hook in hooks)
    slow, good = make_plugin(f"import time\n{hanging}"), make_plugin(GOOD)
    host = load(slow, good, seconds=0.1)
    calls: dict[str, dict[str, Any]] = {hook: {"viewer": None, "url": str} for hook in hooks}
    started = time.monotonic()
    answers = host.gather_all(calls)
    assert time.monotonic() - started < 0.5
    states = {hook: [one.state for one in found] for hook, found in answers.items()}
    assert states == {
        "tongban_home_url": ["slow", "done"],
        "tongban_main_menu": ["resting"],
        "tongban_rail": ["resting"],
    }


@pytest.mark.parametrize("reading", [len, lambda _answer: 1 / 0])
def test_what_an_answer_is_asked_further_is_contained_too(
    make_plugin: MakePlugin, reading: Callable[[Any], Any]
) -> None:
    """An object that a plugin hands out runs the plugin's code when it is asked."""
    host = load(make_plugin(GOOD), make_plugin("@hookimpl\ndef tongban_home_url(): return None\n"))
    fine, silent = host.gather_from("tongban_home_url", reading, url=str)
    assert (silent.state, silent.value) == ("done", None)
    assert (fine.state, fine.value) in [("done", len("/good")), ("error", None)]
    assert [kind for _id, _hook, kind in kinds(host)] == ["ZeroDivisionError"] * (
        fine.state == "error"
    )


def test_hanging_plugins_cannot_eat_all_threads(make_plugin: MakePlugin) -> None:
    """Even when many pages meet hanging code at once, the number of lost workers is bounded."""
    code = "import threading\nGATE = threading.Event()\n"
    hooks = ["tongban_home_url", "tongban_main_menu", "tongban_rail", "tongban_tab_bar",
             "tongban_user_menu", "tongban_console_pages"]  # fmt: skip
    code += "".join(f"@hookimpl\ndef {hook}(): GATE.wait(20)\n" for hook in hooks)
    hanging = make_plugin(code)
    host = load(hanging, seconds=0.02)
    before = threading.active_count()
    calls: dict[str, dict[str, Any]] = {hook: {"viewer": None, "url": str} for hook in hooks}
    for _ in range(10):
        host.gather_all(calls)
    assert threading.active_count() - before <= 9
    plugin = host.plugin(hanging)
    assert plugin is not None
    plugin.origin.GATE.set()


def test_workers_that_come_back_are_used_again(make_plugin: MakePlugin) -> None:
    slow = make_plugin(SLEEPER.replace("0.6", "0.15"))
    good = make_plugin(GOOD)
    host = load(slow, good, seconds=0.05)
    for _ in range(2):
        host.gather("tongban_home_url", url=str)
    time.sleep(0.3)
    assert host._runner._abandoned == 0


def test_a_decision_that_fails_denies(make_plugin: MakePlugin) -> None:
    bad = make_plugin("@hookimpl\ndef tongban_may_read_file(): raise OSError('x')\n")
    yes = make_plugin("@hookimpl\ndef tongban_may_read_file(): return True\n")
    silent = make_plugin("@hookimpl\ndef tongban_may_read_file(): return None\n")

    def decided(*order: str) -> Any:
        return load(*order).decide(
            "tongban_may_read_file", denial=False, session=None, viewer=None, file=None
        )

    assert decided(silent) is None
    assert decided(silent, yes) is True
    assert decided(silent, bad, yes) is False
    assert decided(yes, bad) is True


def test_an_answer_of_the_wrong_kind_is_no_permission(make_plugin: MakePlugin) -> None:
    odd = make_plugin("@hookimpl\ndef tongban_may_read_file(): return 'yes'\n")
    host = load(odd)
    arguments: dict[str, Any] = {"session": None, "viewer": None, "file": None}
    assert host.decide("tongban_may_read_file", denial=False, **arguments) is False
    assert kinds(host) == [(odd, "tongban_may_read_file", "WrongAnswerError")]


WRITER = """
from sqlalchemy import text
@hookimpl
def tongban_signed_in(session, person_id):
    session.execute(text("INSERT INTO generation (name, value) VALUES ('PLUGIN_ID', 1)"))
    {then}
"""


def names(session: Session) -> set[str]:
    return set(session.scalars(select(Generation.name)))


@pytest.mark.parametrize(
    "then",
    [
        "raise KeyError('x')",
        "session.execute(text('SELECT nonsense FROM nowhere'))",
        "raise SystemExit",
    ],
)
def test_an_event_that_fails_is_undone_alone(
    make_plugin: MakePlugin, db: Session, then: str
) -> None:
    bad = make_plugin(WRITER.format(then=then))
    good = make_plugin(WRITER.format(then="pass"))
    host = load(bad, good)
    db.add(Generation(name="own", value=1))
    host.emit("tongban_signed_in", db, person_id=1, address="")
    assert {"own", good} <= names(db)
    assert bad not in names(db)
    assert [one[0] for one in kinds(host)] == [bad]


def test_the_callers_own_mistake_is_not_the_plugins(make_plugin: MakePlugin, db: Session) -> None:
    host = load(make_plugin(WRITER.format(then="pass")))
    db.add(Generation(name=None, value=1))
    with pytest.raises(Exception, match="name"):
        host.emit("tongban_signed_in", db, person_id=1, address="")
    assert kinds(host) == []


@pytest.mark.parametrize("act", ["commit", "rollback"])
def test_an_event_cannot_end_the_callers_transaction_in_silence(
    make_plugin: MakePlugin, db: Session, act: str
) -> None:
    rude = make_plugin(f"@hookimpl\ndef tongban_signed_in(session): session.{act}()\n")
    with pytest.raises(PluginError, match=f"{rude}: tongban_signed_in ended the transaction"):
        load(rude).emit("tongban_signed_in", db, person_id=1, address="")


def test_a_required_event_that_fails_is_told(make_plugin: MakePlugin, db: Session) -> None:
    bad = make_plugin("@hookimpl\ndef tongban_demo_load(campus): raise ValueError('no')\n")
    with pytest.raises(PluginError, match=f"plugin {bad}: tongban_demo_load failed: no"):
        load(bad).require("tongban_demo_load", db, campus=None)


def test_what_requires_a_plugin_that_is_off_is_off_with_it(make_plugin: MakePlugin) -> None:
    base = make_plugin(GOOD)
    middle = make_plugin(GOOD, requires=(base,))
    top = make_plugin(GOOD, requires=(middle,))
    other = make_plugin(GOOD)
    host = load(top, middle, base, other)
    host.set_disabled([base])
    assert [plugin.id for plugin in host.plugins() if host.is_enabled(plugin.id)] == [other]
    assert [one.plugin.id for one in host.gather("tongban_home_url", url=str)] == [other]
    assert [plugin.id for plugin in host.dependants_of(base)] == [top, middle]
    host.set_disabled([])
    assert len(host.gather("tongban_home_url", url=str)) == 4


def test_declarations_are_asked_of_plugins_that_are_off(make_plugin: MakePlugin) -> None:
    """Tables and permissions stay known: switching off keeps the data."""
    plugin_id = make_plugin("@hookimpl\ndef tongban_models(): return 'json'\n")
    host = load(plugin_id)
    host.set_disabled([plugin_id])
    assert [plugin.id for plugin, _value in host.collect("tongban_models")] == [plugin_id]


def test_one_plugin_cannot_spoil_the_session_of_the_next(
    make_plugin: MakePlugin, db: Session
) -> None:
    """A swallowed error aborts PostgreSQL's transaction; the next plugin gets a new one."""
    spoiler = make_plugin(
        """
        from sqlalchemy import text
        @hookimpl
        def tongban_counters(session):
            try:
                session.execute(text("SELECT nonsense FROM nowhere"))
            except Exception:
                return {"tasks": 1}
        """
    )
    reader = make_plugin(
        """
        from sqlalchemy import text
        @hookimpl
        def tongban_counters(session):
            return {"tasks": session.execute(text("SELECT 2")).scalar_one()}
        """
    )

    @contextmanager
    def opened() -> Iterator[Session]:
        with Session(db.get_bind().engine) as session:
            yield session

    answers = load(spoiler, reader).gather("tongban_counters", opened, viewer=None)
    assert [one.value for one in answers] == [{"tasks": 1}, {"tasks": 2}]


def test_slots_of_one_call_share_a_session_that_is_closed(make_plugin: MakePlugin) -> None:
    code = "@hookimpl\ndef tongban_counters(session): return {'tasks': id(session)}\n"
    host = load(make_plugin(code), make_plugin(code))
    log: list[str] = []

    @contextmanager
    def opened() -> Iterator[Any]:
        log.append("open")
        yield object()
        log.append("close")

    first, second = host.gather("tongban_counters", opened, viewer=None)
    assert first.value == second.value
    assert log == ["open", "close"]


def test_failures_are_counted_when_they_are_stored(make_plugin: MakePlugin, db: Session) -> None:
    from tongban.pluginhost.failures import store_failures
    from tongban.pluginhost.models import PluginFailure

    bad = make_plugin(
        "@hookimpl\ndef tongban_home_url(): raise ValueError('不好\\x00\\ud800' + 'x' * 400)\n"
    )
    host = load(bad)
    for _ in range(3):
        host.gather("tongban_home_url", url=str)
    assert store_failures(db, host.failures.take()) == 3
    host.gather("tongban_home_url", url=str)
    assert store_failures(db, host.failures.take()) == 1
    row = db.scalars(select(PluginFailure)).one()
    assert (row.plugin_id, row.hook, row.kind, row.count) == (
        bad, "tongban_home_url", "ValueError", 4,
    )  # fmt: skip
    assert row.message.startswith("不好")
    assert "ValueError" in row.trace
    assert db.scalar(select(func.count()).select_from(PluginFailure)) == 1


def test_an_error_that_cannot_be_shown(make_plugin: MakePlugin) -> None:
    bad = make_plugin(
        """
        class Odd(Exception):
            def __str__(self): raise RuntimeError
        @hookimpl
        def tongban_home_url(): raise Odd
        """
    )
    host = load(bad)
    host.gather("tongban_home_url", url=str)
    assert [one.message for one in host.failures.take()] == ["（错误信息无法显示）"]


def test_the_database_is_left_as_it_was(db: Session) -> None:
    assert db.execute(text("SELECT count(*) FROM plugin_failure")).scalar_one() == 0
