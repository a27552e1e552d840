"""The walls between the rooms, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
KERNEL = ROOT / "src" / "tongban"
PLUGINS = sorted(
    path for path in (ROOT / "plugins").glob("*/src/tongban_*") if (path / "plugin.py").is_file()
)

# Where requests are known. Everything else is services: session and plain values.
_WEB = (
    "web/",
    "testing/",
    "/views/",
    "/views.py",
    "_views.py",
    "auth/csrf.py",
    "auth/policy.py",
    "auth/cookies.py",
    "auth/identity.py",
    "pluginhost/configuring.py",
    "console/routing.py",
    "console/__init__.py",
)


def modules(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    """Names imported at run time; what stands under TYPE_CHECKING is for the type checker."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_services_know_no_requests() -> None:
    """A service takes a session and plain values and never sees a request."""
    wrong = [
        str(path.relative_to(ROOT))
        for folder in (KERNEL, *PLUGINS)
        for path in modules(folder)
        if any(name.split(".")[0] in {"pyramid", "webob"} for name in imports(path))
        and not any(part in str(path.relative_to(ROOT)) for part in _WEB)
    ]
    assert wrong == []


def test_plugins_import_the_toolkit_alone() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in PLUGINS
        for path in modules(folder)
        for name in imports(path)
        if (name == "tongban" or name.startswith("tongban.")) and name != "tongban.toolkit"
    ]
    assert wrong == []


def test_plugins_reach_each_other_by_api_alone() -> None:
    names = {folder.name for folder in PLUGINS}
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in PLUGINS
        for path in modules(folder)
        for name in imports(path)
        if name.split(".")[0] in names - {folder.name} and name.split(".")[1:2] != ["api"]
    ]
    assert wrong == []


def test_the_kernel_imports_no_plugin() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(KERNEL)
        for name in imports(path)
        if name.startswith("tongban_")
    ]
    assert wrong == []


def test_files_can_be_read_in_one_sitting() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for folder in (KERNEL, *PLUGINS)
        for path in modules(folder)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    ]
    assert long == []
    vague = {"helpers.py", "helper.py", "utils.py", "util.py", "misc.py", "common.py"}
    assert [path for path in modules(ROOT / "src") if path.name in vague] == []
