"""KN-1, KN-6: whatever a plugin does in its hooks, the kernel's pages come out."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tongban.pluginhost.hookdocs import hook_docs
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import Campus
from tongban.users.models import Person
from tongban.web.runtime import Runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]

PAGES = (
    "/", "/console", "/console/plugins", "/console/people", "/console/units", "/console/roles",
    "/me/sessions", "/counters",
)  # fmt: skip
CONTAINED = ("decision", "event", "slot")


def in_every_hook(body: str) -> str:
    return "import time\n" + "".join(
        f"@hookimpl\ndef {hook.name}():\n    {body}\n\n"
        for hook in hook_docs()
        if hook.family in CONTAINED
    )


def operator(runtime: Runtime) -> Browser:
    """Sign in while every plugin is off: one that fails in the sign-in check denies it."""
    ids = [plugin.id for plugin in runtime.host.plugins()]
    runtime.host.set_disabled(ids)
    browser = make_test_app(runtime)
    with runtime.unit_of_work() as session:
        campus = Campus(session, runtime)
        person = campus.person(number="20260001")
        campus.grant(person, "operator")
    browser.sign_in(person)
    runtime.host.set_disabled([])
    return browser


def bodies() -> dict[str, str]:
    return {
        "raises": "raise RuntimeError('broken')",
        "exits": "raise SystemExit",
        "nonsense": "return object()",
        "nothing": "return None",
        "empty": "return ()",
        "generator": "yield 1 / 0",
    }


@pytest.mark.parametrize("kind", sorted(bodies()))
def test_a_plugin_that_fails_in_every_hook(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, kind: str
) -> None:
    runtime = make_own_runtime((make_plugin(in_every_hook(bodies()[kind]), title="坏插件"),))
    browser = operator(runtime)
    for path in PAGES:
        assert browser.get(path, status="*").status_int in (200, 303, 404), path
    shown = browser.get("/console")
    assert ("坏插件」暂时无法显示" in shown.text) == (kind not in ("nothing", "empty"))


@pytest.mark.slow
def test_a_plugin_that_sleeps_in_every_slot(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    sleeping = make_plugin(in_every_hook("time.sleep(10)"))
    runtime = make_own_runtime((sleeping,), TONGBAN_WEB_SLOT_BUDGET_MS="50")
    browser = operator(runtime)
    for path in PAGES:
        started = time.monotonic()
        assert browser.get(path, status="*").status_int in (200, 303, 404), path
        assert time.monotonic() - started < 5, path


def test_a_plugin_that_fails_in_the_sign_in_check_denies(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    code = "@hookimpl\ndef tongban_check_sign_in(): raise OSError\n"
    runtime = make_own_runtime((make_plugin(code),))
    with runtime.unit_of_work() as session:
        person = Campus(session, runtime).person()
    browser = make_test_app(runtime)
    form = browser.get("/login").forms["sign-in"]
    form["username"], form["password"] = person.number, "Tongban-2026"
    assert form.submit(status="*").status_int != 303
    assert "oserror" not in browser.get("/login").text.lower()


ANSWERS = """
from tongban.toolkit import Fragment, MenuItem

CHANGES = []

@hookimpl
def tongban_user_menu():
    return [MenuItem("help", "使用帮助", url="/help")]

@hookimpl
def tongban_console_overview():
    return [
        Fragment("b", "tongban_PLUGIN_ID:templates/card.pt", {"text": "第二张"}, order=20),
        Fragment("a", "tongban_PLUGIN_ID:templates/card.pt", {"text": "<第一张>"}, order=10),
        Fragment("c", "tongban_PLUGIN_ID:templates/broken.pt"),
    ]

@hookimpl
def tongban_person_changed(person_id, change):
    CHANGES.append((person_id, change))

@hookimpl
def tongban_signed_out(session_public_id):
    CHANGES.append(session_public_id)

@hookimpl
def tongban_tab_bar():
    return [MenuItem("lost", "迷路", "PLUGIN_ID.no_such_route")]
"""
TEMPLATES = {
    "templates/card.pt": "<section class='card'><h2>${text}</h2></section>",
    "templates/broken.pt": "<p>${no_such_name}</p>",
}


def test_a_plugin_that_answers(make_plugin: MakePlugin, make_own_runtime: MakeRuntime) -> None:
    plugin_id = make_plugin(ANSWERS, title="帮助", files=TEMPLATES)
    runtime = make_own_runtime((plugin_id,))
    browser = operator(runtime)
    page = browser.get("/console")
    assert page.text.index("&lt;第一张&gt;") < page.text.index("第二张")
    assert "「帮助」暂时无法显示" in page.text
    assert "使用帮助" in browser.get("/me/sessions").text
    assert "迷路" not in browser.get("/me/sessions").text


def test_a_plugin_is_told_of_people(make_plugin: MakePlugin, make_own_runtime: MakeRuntime) -> None:
    from tongban.users.leaving import mark_left

    plugin_id = make_plugin(ANSWERS, files=TEMPLATES)
    runtime = make_own_runtime((plugin_id,))
    with runtime.unit_of_work() as session:
        person = Campus(session, runtime).person()
        mark_left(session, runtime.permissions, runtime.host, None, person.id)
        assert session.get_one(Person, person.id).status == "left"
    plugin = runtime.host.plugin(plugin_id)
    assert plugin is not None
    assert (person.id, "left") in plugin.origin.CHANGES
