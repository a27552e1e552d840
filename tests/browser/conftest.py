"""A real Chromium on a real server on a small demo campus.

CI requires a browser (TONGBAN_TEST_BROWSER=required); elsewhere the tests skip and say why.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import waitress

from tests.browser.campus_life import CampusLife, working_hours
from tongban import clock
from tongban.demo.accounts import DEMO_ACCOUNTS, DemoAccount
from tongban.demo.load import load
from tongban.demo.packages import package_folders
from tongban.jobs.engine import EmbeddedEngine
from tongban.testing.browsing import make_test_app
from tongban.testing.plugin import Runtimes
from tongban.web.runtime import Runtime, use_keys

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "var" / "pictures"
PEOPLE = 900
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Size:
    """A screen to look at pages on."""

    name: str
    width: int
    height: int
    phone: bool


DESK = Size("1440", 1440, 900, phone=False)
PHONE = Size("390", 390, 844, phone=True)
SIZES = (DESK, PHONE)


@dataclass(frozen=True)
class Site:
    """A served campus: its address, the parts of its process, what happened on it."""

    url: str
    runtime: Runtime
    life: CampusLife

    def cookies(self, key: str) -> list[dict[str, str]]:
        """Return what a browser needs to be signed in as a demo account."""
        jar = self.life.browser(key).cookies
        return [{"name": name, "value": value, "url": self.url} for name, value in jar.items()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        message = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("TONGBAN_TEST_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=list(_FLAGS), env={**os.environ, "LANG": "zh_CN.UTF-8"}
        )
        yield browser
        browser.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application on a port of this machine; gives its address."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=6)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.fixture(scope="package")
def site(runtimes: Runtimes, chromium: Any) -> Iterator[Site]:
    """A demo campus of its own on a working day, at twenty past ten in the morning."""
    runtime = runtimes.copy(("workflow", "hall"))
    use_keys(runtime.settings)
    with clock.travel(by=working_hours()):
        with runtime.unit_of_work() as session:
            load(session, PEOPLE, host=runtime.host, packages=package_folders())
        life = CampusLife(runtime)
        life.happen()
        engine = EmbeddedEngine(runtime, threads=1)
        with served(make_test_app(runtime).app) as url:
            engine.start()
            yield Site(url, runtime, life)
            engine.stop()


@pytest.fixture(scope="session")
def accounts() -> dict[str, DemoAccount]:
    return {account.key: account for account in DEMO_ACCOUNTS}


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any, site: Site) -> Iterator[OpenPage]:
    """Open a page of a fresh browser profile, signed in as a demo account if one is named.

    Errors in its console fail the test: scripts that break, whatever the content security policy
    refuses, assets that are not there.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def note(message: Any, expected: str) -> None:
        page_itself = expected in message.text and "/assets/" not in message.location["url"]
        if message.type == "error" and not page_itself:
            errors.append(f"{message.text} {message.location['url']}")

    def open_one(size: Size, key: str = "", expected: str = "status of 4", **options: Any) -> Any:
        context = chromium.new_context(
            base_url=options.pop("base_url", site.url),
            viewport={"width": size.width, "height": size.height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            is_mobile=size.phone,
            has_touch=size.phone,
            **options,
        )
        contexts.append(context)
        if key:
            context.add_cookies(site.cookies(key))
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: note(message, expected))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def picture() -> Callable[[Any, str], Path]:
    """Keep a picture of the screen in var/pictures."""

    def take(page: Any, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=str(path))
        return path

    return take
