"""The hall's pages beside another plugin: its cards are shown, its faults are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pluginhost.test_pages_survive import bodies, in_every_hook, operator
from tongban.pluginhost.plugin import is_installed
from tongban.web.runtime import Runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]

pytestmark = pytest.mark.skipif(not is_installed("hall"), reason="the hall is not installed")

PAGES = ("/hall", "/items", "/apps", "/tasks", "/search?q=%E7%BD%91%E7%BB%9C", "/console")

CARDS = """
from tongban.toolkit import Fragment

@hookimpl
def tongban_home_cards():
    return [
        Fragment("weather", "tongban_PLUGIN_ID:templates/card.pt", {"text": "今日晴"}),
        Fragment("broken", "tongban_PLUGIN_ID:templates/none.pt"),
    ]
"""


@pytest.mark.parametrize("kind", sorted(bodies()))
def test_pages_of_the_hall_survive(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, kind: str
) -> None:
    """KN-1: a plugin that fails in every hook breaks no page of another."""
    bad = make_plugin(in_every_hook(bodies()[kind]), title="坏插件")
    browser = operator(make_own_runtime((bad, "hall")))
    for path in PAGES:
        assert browser.get(path, status="*").status_int == 200, path


def test_cards_of_a_plugin_are_on_the_home_page(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    card = {"templates/card.pt": "<section class='card'><h2>${text}</h2></section>"}
    runtime = make_own_runtime(("hall", make_plugin(CARDS, title="天气", files=card)))
    browser = operator(runtime)
    page = browser.get("/hall")
    assert "今日晴" in page.text
    assert "「天气」暂时无法显示" in page.text


def test_without_the_hall_the_rest_works(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    runtime = make_own_runtime(("hall", make_plugin()))
    browser = operator(runtime)
    runtime.host.set_disabled(["hall"])
    assert "该功能已停用" in browser.get("/hall", status=404).text
    for path in ("/", "/console", "/console/plugins", "/me/sessions"):
        assert browser.get(path).status_int == 200, path
