"""The reference of hooks, written from the specifications: `docs/hooks.md`."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from types import ModuleType

from tongban import hookspecs

_HEAD = """\
# Hooks

Everything that a plugin can hook into, as `src/tongban/hookspecs.py` declares it. This page is
written by `tongban plugin hooks --markdown > docs/hooks.md`; change the specification, not the
page.

An implementation is a function of the hook's name in the plugin's `plugin.py`, marked with
`@hookimpl` from `tongban.toolkit`. It takes the arguments it needs, by name. Plugins are called in
the order of the setting `plugins`.
"""


@dataclass(frozen=True)
class HookDoc:
    """A hook as its documentation shows it."""

    name: str
    family: str
    signature: str
    text: str
    first_result: bool

    @property
    def summary(self) -> str:
        """The first sentence."""
        return " ".join(self.text.split("\n\n")[0].split())


def hook_docs(module: ModuleType = hookspecs) -> list[HookDoc]:
    """Return the hooks of a module of specifications, in its order."""
    found = []
    for name, function in vars(module).items():
        options = getattr(function, f"{hookspecs.PROJECT}_spec", None)
        if options is not None:
            family, _, text = inspect.cleandoc(function.__doc__ or "").partition(":")
            found.append(
                HookDoc(
                    name=name,
                    family=family.strip().lower(),
                    signature=f"{name}{inspect.signature(function)}".replace("'", ""),
                    text=_capital(text.strip()),
                    first_result=bool(options["firstresult"]),
                )
            )
    return found


def render_markdown() -> str:
    """Return `docs/hooks.md`."""
    hooks = hook_docs()
    parts = [_HEAD, _families_table()]
    for family in hookspecs.FAMILIES:
        parts.append(f"## {family.capitalize()}\n")
        parts += [_section(hook) for hook in hooks if hook.family == family]
    return "\n".join(parts)


def _families_table() -> str:
    lines = ["| Family | A failing implementation |", "|---|---|"]
    lines += [f"| {family} | {text} |" for family, text in hookspecs.FAMILIES.items()]
    return "\n".join(lines) + "\n"


def _section(hook: HookDoc) -> str:
    code = "\n".join(textwrap.wrap(hook.signature, 96, subsequent_indent="    "))
    return f"### `{hook.name}`\n\n```python\n{code}\n```\n\n{hook.text}\n"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
