"""Routes of plugins: named after them, guarded, and never two owners of one address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongban.pluginhost.errors import PluginError
from tongban.testing.browsing import make_test_app
from tongban.testing.factories import Campus
from tongban.web.app import make_app
from tongban.web.runtime import Runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]

CONFIGURE = """
from tongban.toolkit import SIGNED_IN

def page(request):
    request.response.text = "ok"
    return request.response

@hookimpl
def tongban_configure(config):
    {body}
"""


def configured(make_plugin: MakePlugin, body: str, **more: Any) -> str:
    return make_plugin(CONFIGURE.format(body=body), **more)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("config.add_route('hall.home', '/x')", "route hall.home must start with PLUGIN_ID."),
        ("config.add_view(page, route_name='home')", "a view for route home"),
        ("config.add_view(page, name='x')", "a view for no route"),
        ("config.add_notfound_view(page)", "a view for no route"),
        ("raise RuntimeError('broken')", "tongban_configure failed: RuntimeError('broken')"),
        (
            "config.add_route('PLUGIN_ID.a', '/console')",
            "the kernel and PLUGIN_ID both have a page",
        ),
        (
            "config.add_route('PLUGIN_ID.a', '/aa')\n"
            "    config.add_view('no.such.view', route_name='PLUGIN_ID.a')",
            "tongban_configure failed: ModuleNotFoundError",
        ),
        ("config.add_request_method(page, 'runtime', reify=True)", "conflict of"),
    ],
)
def test_what_stops_the_start(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, body: str, words: str
) -> None:
    plugin_id = configured(make_plugin, body)
    with pytest.raises(PluginError) as caught:
        make_app(make_own_runtime((plugin_id,)))
    assert str(caught.value).startswith(f"plugin {plugin_id}: ")
    assert words.replace("PLUGIN_ID", plugin_id) in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "config.add_route('PLUGIN_ID.a', '/same/{key}')",
        "config.add_request_method(page, 'probe_page')",
    ],
)
def test_a_conflict_names_both_plugins(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime, body: str
) -> None:
    one, two = configured(make_plugin, body), configured(make_plugin, body)
    with pytest.raises(PluginError) as caught:
        make_app(make_own_runtime((one, two)))
    assert f"{one} and {two}" in str(caught.value)


def test_nested_includes_and_scans_are_guarded_too(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    included = """
    from pyramid.view import view_config
    from tongban.toolkit import SIGNED_IN

    def includeme(config):
        config.add_route("PLUGIN_ID.deep", "/PLUGIN_ID/deep")
        config.scan("tongban_PLUGIN_ID.pages")

    @view_config(route_name="PLUGIN_ID.deep", permission=SIGNED_IN, renderer="templates/x.pt")
    def deep(request):
        return {"shown": "深处"}
    """
    plugin_id = configured(
        make_plugin,
        "config.include('.pages')",
        files={"pages.py": included, "templates/x.pt": "<p>${shown}</p>"},
    )
    runtime = make_own_runtime((plugin_id,))
    browser = make_test_app(runtime)
    with runtime.unit_of_work() as session:
        person = Campus(session, runtime).person()
    browser.sign_in(person)
    assert "深处" in browser.get(f"/{plugin_id}/deep").text
    runtime.host.set_disabled([plugin_id])
    assert "该功能已停用" in browser.get(f"/{plugin_id}/deep", status=404).text
    strangers = make_test_app(runtime)
    assert "该功能已停用" in strangers.get(f"/{plugin_id}/deep", status=404).text
