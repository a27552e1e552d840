"""Plugins made for one test: a package and its metadata, as pip would have left them."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tongban.cli.context import CliContext
from tongban.web.runtime import Runtime

MakePlugin = Callable[..., str]

_numbers = itertools.count(1)

_PLUGIN = """
from __future__ import annotations
from tongban.toolkit import PluginInfo, hookimpl

PLUGIN = PluginInfo(id={id!r}, title={title!r}, requires={requires!r})
"""


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePlugin]:
    """Install a code plugin for this test and return its id.

    `code` is added to its `plugin.py`, where PLUGIN stands for its id; `files` are more modules.
    """
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    made: list[str] = []

    def make(
        code: str = "",
        *,
        title: str = "测试插件",
        requires: tuple[str, ...] = (),
        files: dict[str, str] | None = None,
        plugin_id: str = "",
        info_id: str = "",
    ) -> str:
        name = plugin_id or f"probe{next(_numbers)}"
        package = site / f"tongban_{name}"
        package.mkdir()
        head = _PLUGIN.format(id=info_id or name, title=title, requires=requires)
        body = textwrap.dedent(code).replace("PLUGIN_ID", name)
        (package / "__init__.py").write_text("")
        (package / "plugin.py").write_text(f"{head}\n{body}", encoding="utf-8")
        for path, text in (files or {}).items():
            target = package / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text).replace("PLUGIN_ID", name), encoding="utf-8")
        facts = site / f"tongban_{name}-1.2.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: tongban-{name}\nVersion: 1.2\n"
        )
        (facts / "entry_points.txt").write_text(
            f"[tongban.plugins]\n{name} = tongban_{name}.plugin\n"
        )
        made.append(name)
        importlib.invalidate_caches()
        return name

    yield make
    for module in list(sys.modules):
        if module.partition(".")[0].removeprefix("tongban_") in made:
            del sys.modules[module]


@pytest.fixture
def run_command() -> Callable[..., tuple[int, str]]:
    """Run `tongban` on a runtime: `run_command(runtime, "plugin", "list")` gives status, output."""

    def run(runtime: Runtime, *arguments: object, input: str = "") -> tuple[int, str]:
        context = CliContext(None)
        context._settings, context._runtime = runtime.settings, runtime
        names = [str(argument) for argument in arguments]
        module = importlib.import_module(f"tongban.cli.{names[0]}")
        result = CliRunner().invoke(module.command, names[1:], obj=context, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run
