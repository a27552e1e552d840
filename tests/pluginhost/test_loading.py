"""KN-5: what is loaded, in which order, and what stops the start with which words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.host import PluginHost

MakePlugin = Callable[..., str]


def load(*plugin_ids: str) -> PluginHost:
    host = PluginHost(slot_budget_seconds=0.2)
    host.load(plugin_ids)
    return host


def refused(*plugin_ids: str) -> str:
    with pytest.raises(PluginError) as caught:
        load(*plugin_ids)
    return str(caught.value)


def test_only_plugins_named_in_the_settings_are_imported(make_plugin: MakePlugin) -> None:
    wanted = make_plugin()
    make_plugin("raise RuntimeError('must not be imported')")
    assert [plugin.id for plugin in load(wanted).plugins()] == [wanted]


def test_what_the_host_knows_of_a_plugin(make_plugin: MakePlugin) -> None:
    plugin_id = make_plugin(
        "@hookimpl\ndef tongban_signed_in(person_id): pass\n", title="短信", plugin_id="texting"
    )
    host = load(plugin_id)
    plugin = host.plugin(plugin_id)
    assert plugin is not None
    assert (plugin.title, plugin.version, plugin.package) == ("短信", "1.2", "tongban_texting")
    assert host.hooks_of(plugin_id) == ["tongban_signed_in"]


HOME = "@hookimpl\ndef tongban_home_url(): return '/PLUGIN_ID'\n"


def test_hooks_are_called_in_the_order_of_the_settings(make_plugin: MakePlugin) -> None:
    first, second, third = (make_plugin(HOME) for _ in range(3))
    for order in ((first, second, third), (third, first, second)):
        answers = load(*order).gather("tongban_home_url", url=str)
        assert [answer.value for answer in answers] == [f"/{plugin_id}" for plugin_id in order]


def test_safe_mode_has_no_plugins() -> None:
    host = PluginHost()
    assert host.plugins() == []
    assert host.gather("tongban_home_url", url=str) == []
    assert host.decide("tongban_check_sign_in", denial="no", session=None) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise RuntimeError('broken')", "cannot be imported"),
        ("import sys; sys.exit(3)", "cannot be imported"),
        ("PLUGIN = None", "has no PLUGIN"),
        ("PLUGIN = PluginInfo(id='PLUGIN_ID', title='旧', api=99)", "wants plugin API 99"),
        ("@hookimpl\ndef tongban_home_urll(url): pass", "tongban_home_urll"),
        ("@hookimpl\ndef tongban_home_url(nonsense): pass", "nonsense"),
        ("@hookimpl\ndef tongban_permissions(): raise KeyError('x')", "tongban_permissions failed"),
        ("@hookimpl\ndef tongban_permissions(): return 7", "expected a sequence"),
        (
            "from tongban.toolkit import Permission\n"
            "@hookimpl\ndef tongban_permissions(): return [Permission('other.use', '用')]",
            "permission other.use must start with",
        ),
        (
            "from tongban.toolkit import Setting\n"
            "@hookimpl\ndef tongban_settings(): return [Setting('web.x', 'text', '', 'X.')]",
            "setting web.x must start with",
        ),
        (
            "from tongban.jobs.registry import JobKind\n"
            "@hookimpl\ndef tongban_jobs(): return [JobKind('audit.seal', print)]",
            "job audit.seal must start with",
        ),
        (
            "from tongban.jobs.registry import ScheduleSpec\n"
            "@hookimpl\ndef tongban_schedules(): return [ScheduleSpec('x.y', '* * * * *', 'x.y')]",
            "schedule x.y must start with",
        ),
        (
            "@hookimpl\ndef tongban_notification_kinds(): return {'task.new': '新待办'}",
            "kind of notifications task.new must start with",
        ),
        (
            "import click\n@hookimpl\ndef tongban_commands(): return [click.Command('serve')]",
            "command serve must be",
        ),
        (
            "from types import SimpleNamespace\n"
            "@hookimpl\ndef tongban_add_hookspecs(): return SimpleNamespace(tongban_else=print)",
            "hook tongban_else must start with tongban_PLUGIN_ID_",
        ),
        ("@hookimpl\ndef tongban_add_hookspecs(): raise KeyError('x')", "tongban_add_hookspecs"),
        ("@hookimpl\ndef tongban_models(): return 'tongban_PLUGIN_ID.none'", "cannot be imported"),
    ],
)
def test_what_stops_the_start_names_the_plugin(
    make_plugin: MakePlugin, code: str, words: str
) -> None:
    """KN-6: a plugin that cannot be loaded is named, with what is wrong."""
    plugin_id = make_plugin(code)
    message = refused(plugin_id)
    assert message.startswith(f"plugin {plugin_id}: ")
    assert words.replace("PLUGIN_ID", plugin_id) in message


def test_a_plugin_that_is_not_installed_is_named() -> None:
    assert refused("nowhere") == "plugin nowhere: is named in the settings but not installed"


def test_a_plugin_must_call_itself_what_it_was_installed_as(make_plugin: MakePlugin) -> None:
    assert "calls itself other" in refused(make_plugin(info_id="other"))


@pytest.mark.parametrize("plugin_id", ["audit", "web", "person", "Hall", "a", "with_under"])
def test_ids_that_the_kernel_needs_or_that_hide_an_owner(
    make_plugin: MakePlugin, plugin_id: str
) -> None:
    assert f"plugin {plugin_id}: " in refused(make_plugin(plugin_id=plugin_id))


def test_requirements_must_be_in_the_settings(make_plugin: MakePlugin) -> None:
    base = make_plugin()
    user = make_plugin(requires=(base,))
    assert f"requires {base}, not in the settings" in refused(user)
    assert len(load(user, base).plugins()) == 2


TABLES = """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
meta = MetaData()
"""


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("Table('hall_thing', meta, Column('id', Integer))", "table hall_thing must start with"),
        (
            "Table('PLUGIN_ID_x', meta, Column('a', ForeignKey('account.id')))",
            "column PLUGIN_ID_x.a refers to account.id",
        ),
        (
            "Table('PLUGIN_ID_x', meta, Column('a', ForeignKey('person.number')))",
            "refers to person.number",
        ),
    ],
)
def test_tables_and_foreign_keys_of_a_plugin(
    make_plugin: MakePlugin, table: str, words: str
) -> None:
    code = "@hookimpl\ndef tongban_models(): return 'tongban_PLUGIN_ID.models'\n"
    plugin_id = make_plugin(code, files={"models.py": f"{TABLES}\nthing = {table}\n"})
    assert words.replace("PLUGIN_ID", plugin_id) in refused(plugin_id)


def test_a_plugin_may_refer_to_people_units_and_itself(make_plugin: MakePlugin) -> None:
    code = "@hookimpl\ndef tongban_models(): return 'tongban_PLUGIN_ID.models'\n"
    table = """
    own = Table('PLUGIN_ID_a', meta, Column('p', ForeignKey('person.id')))
    more = Table('PLUGIN_ID_b', meta, Column('u', ForeignKey('org_unit.id')),
                 Column('own', ForeignKey('PLUGIN_ID_a.p')))
    """
    models = TABLES + "\n".join(line.strip() for line in table.splitlines())
    load(make_plugin(code, files={"models.py": models}))


def test_a_plugin_may_add_hooks_that_others_implement(make_plugin: MakePlugin) -> None:
    base = make_plugin(
        """
        @hookimpl
        def tongban_add_hookspecs():
            import tongban_PLUGIN_ID.specs
            return tongban_PLUGIN_ID.specs
        """,
        files={
            "specs.py": """
            from tongban.hookspecs import hookspec
            @hookspec
            def tongban_PLUGIN_ID_greet(name):
                '''Slot: a greeting.'''
            """
        },
    )
    user = make_plugin(
        f"@hookimpl\ndef tongban_{base}_greet(name): return '您好，' + name", requires=(base,)
    )
    host = load(user, base)
    assert [one.value for one in host.gather(f"tongban_{base}_greet", name="李")] == ["您好，李"]
    assert load().gather(f"tongban_{base}_greet", name="李") == []
