"""The contract is documented, called and used: no hook that nobody knows, asks or answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tongban import hookspecs
from tongban.pluginhost.hookdocs import HookDoc, hook_docs, render_markdown

ROOT = Path(__file__).parents[2]
HOOKS = hook_docs()


@cache
def sources(*folders: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(_files(ROOT / folder))
    )


def _files(folder: Path) -> Iterator[Path]:
    for suffix in ("*.py", "*.pt"):
        yield from (path for path in folder.rglob(suffix) if path.name != "hookspecs.py")


@pytest.fixture(params=HOOKS, ids=lambda hook: hook.name)
def hook(request: pytest.FixtureRequest) -> HookDoc:
    return request.param


def test_every_hook_is_documented(hook: HookDoc) -> None:
    """The docstring starts with the family and says something."""
    assert hook.family in hookspecs.FAMILIES
    assert len(hook.text) > 20
    assert hook.name.startswith("tongban_")


def test_decisions_take_the_first_result(hook: HookDoc) -> None:
    assert hook.first_result == (hook.family == "decision")


def test_slots_and_decisions_say_what_kind_they_return(hook: HookDoc) -> None:
    returns = hook.signature.partition("->")[2].strip()
    assert (returns == "None") == (hook.family in ("event", "configuration"))


def test_every_hook_is_called(hook: HookDoc) -> None:
    """Somewhere the kernel, or a plugin for its own pages, asks the host for it by name."""
    found = bool(re.search(rf"""["']{hook.name}["']""", sources("src", "plugins")))
    assert found, f"nobody calls {hook.name}"


def test_every_hook_is_used(hook: HookDoc) -> None:
    """A plugin or a test implements it, so that its call is exercised."""
    found = bool(re.search(rf"def {hook.name}\(", sources("src", "plugins", "tests")))
    assert found, f"no plugin and no test implements {hook.name}"


def test_the_reference_is_up_to_date() -> None:
    """`tongban plugin hooks --markdown > docs/hooks.md` writes it."""
    assert (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8") == render_markdown()
