"""KN-5: switching plugins on and off, in every process, without a restart."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.audit.models import AuditEvent
from tongban.pluginhost.generation import PLUGINS, GenerationWatch, advance
from tongban.pluginhost.state import disable, enable
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import Campus
from tongban.web.refusals import Forbidden, NotFoundHere
from tongban.web.runtime import Runtime, build_runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]

PAGES = """
from tongban.toolkit import SIGNED_IN, MenuItem

def page(request):
    request.response.text = "ok"
    return request.response

@hookimpl
def tongban_configure(config):
    config.add_route("PLUGIN_ID.page", "/PLUGIN_ID")
    config.add_view(page, route_name="PLUGIN_ID.page", permission=SIGNED_IN)

@hookimpl
def tongban_main_menu():
    return [MenuItem("PLUGIN_ID", "测试栏目", "PLUGIN_ID.page")]
"""


@pytest.fixture
def plugin_id(make_plugin: MakePlugin) -> str:
    return make_plugin(PAGES, title="测试栏目")


@pytest.fixture
def own(make_own_runtime: MakeRuntime, plugin_id: str) -> Runtime:
    return make_own_runtime((plugin_id,))


def switch(runtime: Runtime, call: Any, plugin_id: str) -> bool:
    with runtime.unit_of_work() as session:
        done: bool = call(session, runtime.host, None, plugin_id)
    return done


def operator(runtime: Runtime) -> Browser:
    browser = make_test_app(runtime)
    with runtime.unit_of_work() as session:
        campus = Campus(session, runtime)
        person = campus.person()
        campus.grant(person, "operator")
    browser.sign_in(person)
    return browser


def test_switching_is_remembered_and_audited(own: Runtime, plugin_id: str) -> None:
    assert switch(own, disable, plugin_id) is True
    assert switch(own, disable, plugin_id) is False
    assert switch(own, enable, plugin_id) is True
    with own.unit_of_work(writes=False) as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.object_id == plugin_id)
        ).all()
    assert actions == ["plugin.disable", "plugin.enable"]


def test_unknown_plugins_cannot_be_switched(own: Runtime) -> None:
    with pytest.raises(NotFoundHere):
        switch(own, disable, "nowhere")


def test_only_who_manages_plugins_may_switch(
    own: Runtime, plugin_id: str, db: Session, campus: Campus
) -> None:
    from tongban.permissions.viewer import Viewer

    nobody = Viewer(1, 1, "1", "甲", "staff", 1, "", "/1/")
    with own.unit_of_work() as session, pytest.raises(Forbidden):
        disable(session, own.host, nobody, plugin_id)


def test_another_process_follows_within_two_seconds(own: Runtime, plugin_id: str) -> None:
    other = build_runtime(own.settings)
    try:
        other.refresh(now=True)
        assert other.host.is_enabled(plugin_id)
        switch(own, disable, plugin_id)
        until = time.monotonic() + 2
        while other.host.is_enabled(plugin_id) and time.monotonic() < until:
            other.refresh()  # as each request does
            time.sleep(0.05)
        assert not other.host.is_enabled(plugin_id)
    finally:
        other.close()


def test_looking_for_changes_is_one_read_a_second(own: Runtime) -> None:
    from tongban.testing.statements import StatementCounter

    own.refresh(now=True)
    with StatementCounter(own.engine).counted() as seen:
        for _ in range(50):
            own.refresh()
    assert seen.number == 0


def test_a_reload_that_fails_is_tried_again(own: Runtime) -> None:
    calls: list[int] = []

    def reload() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("database away")

    watch = GenerationWatch(own.engine)
    watch.on_change("tested", reload)
    with own.unit_of_work() as session:
        advance(session, "tested")
    with pytest.raises(OSError, match="away"):
        watch.check(now=True)
    watch.check(now=True)
    watch.check(now=True)
    assert len(calls) == 2
    assert watch.value(PLUGINS) == 0


def test_pages_of_a_plugin_that_is_off_are_gone_and_come_back(own: Runtime, plugin_id: str) -> None:
    """KN-1: no restart, no broken page; the navigation leaves the plugin out."""
    browser = operator(own)
    assert browser.get(f"/{plugin_id}").text == "ok"
    assert "测试栏目" in browser.get("/me/sessions").text
    switch(own, disable, plugin_id)
    own.refresh(now=True)
    page = browser.get(f"/{plugin_id}", status=404)
    assert "该功能已停用" in page.text
    assert page.html.find("h1").text == "该功能已停用"
    assert "测试栏目" not in browser.get("/me/sessions").text
    browser.post(f"/{plugin_id}", status=404)
    switch(own, enable, plugin_id)
    own.refresh(now=True)
    assert browser.get(f"/{plugin_id}").text == "ok"


def test_a_page_that_never_was_is_another_matter(own: Runtime) -> None:
    assert "该功能已停用" not in operator(own).get("/nowhere", status=404).text


def test_the_console_switches(own: Runtime, plugin_id: str) -> None:
    browser = operator(own)
    listed = browser.get("/console/plugins")
    assert "测试栏目" in listed.html.find("table").text
    ask = listed.click(href=f"/console/plugins/{plugin_id}$").click("停用")
    assert "数据保留" in ask.text
    done = next(one for one in ask.forms.values() if "停用" in one.text).submit().follow()
    assert "已停用「测试栏目」" in done.text
    browser.get(f"/{plugin_id}", status=404)
    ask = browser.get(f"/console/plugins/{plugin_id}").click("启用")
    next(one for one in ask.forms.values() if "启用" in one.text).submit().follow()
    assert browser.get(f"/{plugin_id}").text == "ok"


def test_the_console_says_what_goes_off_with_it(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    base = make_plugin(title="基础")
    user = make_plugin(title="使用者", requires=(base,))
    runtime = make_own_runtime((base, user))
    browser = operator(runtime)
    assert "「使用者」将一并停用" in browser.get(f"/console/plugins/{base}/disable").text
    switch(runtime, disable, base)
    runtime.refresh(now=True)
    assert "随依赖停用" in browser.get(f"/console/plugins/{user}").text
    browser.get("/console/plugins/nowhere", status=404)


def test_the_console_is_for_who_may(own: Runtime, plugin_id: str) -> None:
    browser = make_test_app(own)
    with own.unit_of_work() as session:
        campus = Campus(session, own)
        person = campus.person()
    browser.sign_in(person)
    for path in ("", f"/{plugin_id}", f"/{plugin_id}/disable"):
        browser.get(f"/console/plugins{path}", status=403)
    browser.post(
        f"/console/plugins/{plugin_id}/disable", {"csrf_token": browser.csrf_token()}, status=403
    )


def test_failures_show_in_the_console_and_are_stored_by_the_next_write(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    """KN-6: the console shows the error; reading a page writes nothing."""
    bad = make_plugin("@hookimpl\ndef tongban_main_menu(): raise ValueError('<坏了>')\n")
    runtime = make_own_runtime((bad,))
    browser = operator(runtime)
    browser.get("/me/sessions")
    shown = browser.get(f"/console/plugins/{bad}")
    assert "&lt;坏了&gt;" in shown.text
    browser.post("/logout", {"csrf_token": browser.csrf_token()})
    assert runtime.host.failures.waiting() == []
    with runtime.unit_of_work(writes=False) as session:
        from tongban.pluginhost.models import PluginFailure

        assert session.scalars(select(PluginFailure.message)).all() == ["<坏了>"]
