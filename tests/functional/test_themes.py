"""A theme's templates and macros reach the pages of kernel and plugins alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.functional.test_containment import PLUGINS

from tongban.demo.accounts import DEMO_ACCOUNTS, DEMO_PHRASE
from tongban.demo.load import load
from tongban.demo.packages import package_folders
from tongban.settings import SettingsError
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import MadePerson
from tongban.testing.plugin import Runtimes
from tongban.web.runtime import Runtime

KERNEL_PAGES = ("/me/sessions", "/console", "/console/people")
PLUGIN_PAGES = ("/hall", "/items", "/apply/network-repair", "/tasks")

FOOTER = '<footer class="footer"><p id="own-footer">校歌 · ${site.name}</p></footer>'
TILE = """
<li class="tile" data-own="tile"><a href="${tile.url}">【${tile.item.name}】</a></li>
"""
# One macro of many: the others are the kernel's.
ONE_MACRO = """
<tal:block>
<metal:block define-macro="brand">
<a class="brand" id="own-brand" href="${url('home')}"><b>松</b></a>
</metal:block>
</tal:block>
"""


def themed(runtimes: Runtimes, **overrides: str) -> Browser:
    """Return an operator's browser on the product with these settings."""
    runtime: Runtime = runtimes.copy(PLUGINS, **overrides)
    with runtime.unit_of_work() as session:
        load(session, 900, host=runtime.host, packages=package_folders())
    runtime.refresh(now=True)
    browser = make_test_app(runtime)
    account = next(account for account in DEMO_ACCOUNTS if account.key == "operator")
    browser.sign_in(MadePerson(0, account.number, account.name, 0), DEMO_PHRASE)
    return browser


@pytest.fixture(scope="module")
def plain(runtimes: Runtimes) -> Browser:
    return themed(runtimes)


@pytest.fixture(scope="module")
def pine(runtimes: Runtimes) -> Browser:
    return themed(runtimes, TONGBAN_WEB_THEME="pine")


@pytest.fixture(scope="module")
def own(runtimes: Runtimes, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    folder = tmp_path_factory.mktemp("themes")
    files = {
        "theme.toml": 'name = "own"\ntitle = "本校"\ncolor = "#102030"\n',
        "templates/kernel/footer.pt": FOOTER,
        "templates/kernel/ui.pt": ONE_MACRO,
        "templates/plugins/hall/tile.pt": TILE,
    }
    for name, text in files.items():
        path = folder / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return themed(runtimes, TONGBAN_WEB_THEME="own", TONGBAN_WEB_THEMES_DIR=str(folder))


def footer(page: Any) -> str:
    found = page.html.select_one("footer")
    return str(found) if found else ""


@pytest.mark.parametrize("path", ["/me/sessions", *PLUGIN_PAGES])
def test_pine_has_its_own_footer_and_colour(plain: Browser, pine: Browser, path: str) -> None:
    before, after = plain.get(path), pine.get(path)
    assert "© 安阳工学院" in footer(before)
    assert 'class="mark"' in footer(after)
    assert "©" not in footer(after)
    colours = [
        page.html.select_one("meta[name=theme-color]")["content"] for page in (before, after)
    ]
    assert colours[1] == "#033121" != colours[0]
    sheets = [link["href"] for link in after.html.select("link[rel=stylesheet]")]
    assert any("theme-pine" in href for href in sheets)


@pytest.mark.parametrize("path", ["/me/sessions", *PLUGIN_PAGES])
def test_a_template_of_the_kernel_is_replaced_everywhere(own: Browser, path: str) -> None:
    assert own.get(path).html.select_one("#own-footer").get_text() == "校歌 · 安阳工学院"


@pytest.mark.parametrize("path", [*KERNEL_PAGES, *PLUGIN_PAGES])
def test_one_macro_is_replaced_and_the_others_stay(plain: Browser, own: Browser, path: str) -> None:
    page = own.get(path)
    assert page.html.select_one("#own-brand").get_text() == "松"
    assert plain.get(path).html.select_one("#own-brand") is None
    assert page.html.select_one("#toasts") is not None  # another macro of the same file


def test_a_template_of_a_plugin_is_replaced(plain: Browser, own: Browser) -> None:
    for path in ("/hall", "/apps"):
        assert plain.get(path).html.select_one("[data-own=tile]") is None
        tiles = [tile.get_text().strip() for tile in own.get(path).html.select("[data-own=tile]")]
        assert "【网络报修】" in tiles
    assert own.get("/hall").html.select_one(".tile .star") is None


def test_forms_and_errors_wear_the_theme_too(own: Browser) -> None:
    assert own.get("/nowhere", status=404).html.select_one("#own-brand") is not None
    assert own.post("/apply/network-repair", {}, status=400).html.select_one("#own-brand")


def test_a_theme_that_is_not_there_stops_the_start(runtimes: Runtimes, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no theme 'none'"):
        make_test_app(runtimes.copy((), TONGBAN_WEB_THEME="none"))
