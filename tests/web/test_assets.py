"""The asset build: hashed, repeatable, small enough, complete."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KERNEL_ASSETS = ROOT / "src/tongban/web/assets"

# What a page may weigh on the wire: style sheets and scripts, gzip -9, in bytes.
PAGE_BUDGET = 60 * 1024


def run_build(root: Path, out: Path) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    assert node, "npm ci has run, so node was there"
    return subprocess.run(
        [node, str(root / "build.mjs"), "--out", str(out)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def manifest_of(out: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return names


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assets of this checkout, freshly built."""
    if not (ROOT / "node_modules").is_dir():
        pytest.skip("npm ci has not run")
    out = tmp_path_factory.mktemp("assets")
    result = run_build(ROOT, out)
    assert result.returncode == 0, result.stderr
    return out


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources elsewhere, without plugins, to be spoiled by a test."""
    if not (ROOT / "node_modules").is_dir():
        pytest.skip("npm ci has not run")
    root = tmp_path / "elsewhere"
    shutil.copytree(KERNEL_ASSETS, root / "src/tongban/web/assets")
    shutil.copytree(ROOT / "themes", root / "themes")
    for name in ("build.mjs", "package.json"):
        shutil.copy(ROOT / name, root / name)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    return root


def weight(out: Path, names: list[str]) -> int:
    """Bytes of these assets on the wire."""
    files = manifest_of(out)
    return sum(len(gzip.compress((out / files[name]).read_bytes(), 9)) for name in names)


def test_names_carry_the_hash_of_the_content(built: Path) -> None:
    files = set(manifest_of(built).values())
    assert files
    for name in files:
        digest = hashlib.sha256((built / name).read_bytes()).hexdigest()[:10]
        assert re.fullmatch(rf".+-{digest}\.[a-z]+", name)


def test_the_layout_finds_what_it_asks_for(built: Path) -> None:
    layout = (ROOT / "src/tongban/web/templates/layout.pt").read_text(encoding="utf-8")
    asked = set(re.findall(r"asset\('([^']+)'\)", layout))
    themes = {f"theme-{path.parent.name}.css" for path in ROOT.glob("themes/*/theme.toml")}
    assert {"app.css", "app.js", "favicon.svg"} <= asked
    assert asked | themes | {"icons.svg"} <= set(manifest_of(built))


def test_every_page_stays_within_its_budget(built: Path) -> None:
    for theme in (name for name in manifest_of(built) if name.startswith("theme-")):
        if theme.endswith(".css"):
            assert weight(built, ["app.css", "app.js", theme]) <= PAGE_BUDGET


def test_the_layers_are_ordered_before_any_rule(built: Path) -> None:
    css = (built / manifest_of(built)["app.css"]).read_text(encoding="utf-8")
    assert css.startswith("@layer tokens,base,layout,components,utilities,theme;")


def test_pictures_in_style_sheets_are_there(built: Path) -> None:
    for sheet in built.glob("*.css"):
        for picture in re.findall(r"url\(\"?\./([^\")]+)", sheet.read_text(encoding="utf-8")):
            assert (built / picture).is_file(), sheet


def test_a_build_elsewhere_gives_the_same_names(built: Path, copy: Path) -> None:
    out = copy / "var/assets"
    assert run_build(copy, out).returncode == 0
    here, there = manifest_of(built), manifest_of(out)
    shared = {name for name in there if name != "icons.svg"}  # plugins here add icons
    assert {name: here[name] for name in shared} == {name: there[name] for name in shared}


def test_a_build_removes_only_what_an_earlier_build_left(copy: Path) -> None:
    out = copy / "var/assets"
    out.mkdir(parents=True)
    stale, foreign = out / "app-0123456789.css", out / "notes.txt"
    for file in (stale, foreign):
        file.write_text("x", encoding="utf-8")
    assert run_build(copy, out).returncode == 0
    assert not stale.exists()
    assert foreign.exists()


def test_plugins_bring_assets_and_icons_of_their_own(copy: Path) -> None:
    assets = copy / "plugins/lamp/src/tongban_lamp/assets"
    assets.mkdir(parents=True)
    (assets / "lamp.css").write_text(".lamp { top: 0; }", encoding="utf-8")
    (assets / "lamp.js").write_text("import { w } from './parts/w.js'; w();", encoding="utf-8")
    (assets / "parts").mkdir()
    (assets / "parts/w.js").write_text("export const w = () => {};", encoding="utf-8")
    (assets / "icons.txt").write_text("# lights\nlamp\n", encoding="utf-8")
    service = copy / "plugins/services/bulb/service.toml"
    service.parent.mkdir(parents=True)
    service.write_text('id = "bulb"\nicon = "bulb"\n', encoding="utf-8")
    out = copy / "var/assets"
    assert run_build(copy, out).returncode == 0
    files = manifest_of(out)
    assert {"lamp-lamp.css", "lamp-lamp.js"} <= set(files)
    sprite = (out / files["icons.svg"]).read_text(encoding="utf-8")
    assert '<symbol id="lamp" viewBox="0 0 24 24">' in sprite
    assert '<symbol id="bulb" viewBox="0 0 24 24">' in sprite


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plugins/lamp/src/tongban_lamp/assets/icons.txt", "no-such-icon\n"),
        ("plugins/services/bulb/service.toml", 'icon = "no-such-icon"\n'),
    ],
)
def test_an_unknown_icon_stops_the_build_and_names_its_file(
    copy: Path, file: str, text: str
) -> None:
    (copy / file).parent.mkdir(parents=True)
    (copy / file).write_text(text, encoding="utf-8")
    result = run_build(copy, copy / "var/assets")
    assert result.returncode == 1
    assert f'{file}: no icon "no-such-icon"' in result.stderr
    assert not (copy / "var/assets/manifest.json").exists()


def templates_with_their_list() -> list[tuple[Path, list[Path]]]:
    kernel = KERNEL_ASSETS / "icons.txt"
    found = [(path, [kernel]) for path in (ROOT / "src").rglob("*.pt")]
    found += [(path, [kernel]) for path in ROOT.glob("themes/*/templates/**/*.pt")]
    for source in ROOT.glob("plugins/*/src/tongban_*"):
        lists = [kernel, source / "assets/icons.txt"]
        found += [(path, lists) for path in source.rglob("*.pt")]
    return sorted(found)


@pytest.mark.parametrize(
    ("template", "lists"),
    templates_with_their_list(),
    ids=lambda value: str(value.relative_to(ROOT)) if isinstance(value, Path) else "",
)
def test_icons_of_templates_are_in_the_sprite(template: Path, lists: list[Path]) -> None:
    """A name that no list holds would draw nothing."""
    listed = {
        line.partition("#")[0].strip()
        for path in lists
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    markup = template.read_text(encoding="utf-8")
    used = set(re.findall(r"\bicon\('([a-z0-9-]+)'", markup))
    used |= set(re.findall(r"\b(?:field|empty|glyph|step)_icon '([a-z0-9-]+)'", markup))
    assert used - listed == set()


def test_packages_are_pinned_and_the_lock_names_no_registry() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry.get("integrity"), name
    installed = {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted}
    assert installed == wanted
