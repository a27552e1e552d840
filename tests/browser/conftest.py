"""A real Chromium on a real server on a small demo campus.

CI requires a browser (TONGBAN_TEST_BROWSER=required); elsewhere the tests skip and say why.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import waitress

from tongban.demo.accounts import DEMO_ACCOUNTS, DemoAccount
from tongban.demo.load import load
from tongban.demo.packages import package_folders
from tongban.jobs.engine import EmbeddedEngine
from tongban.testing.plugin import Runtimes
from tongban.web.app import make_app

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


SIZES = (Size("1440", 1440, 900, phone=False), Size("390", 390, 844, phone=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def site(runtimes: Runtimes) -> Iterator[str]:
    """The address of a server on a demo campus of its own."""
    runtime = runtimes.copy(("workflow", "hall"))
    with runtime.unit_of_work() as session:
        load(session, PEOPLE, host=runtime.host, packages=package_folders())
    server = waitress.create_server(make_app(runtime), host="127.0.0.1", port=0, threads=6)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    engine = EmbeddedEngine(runtime)
    engine.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    engine.stop()
    server.close()
    thread.join(5)


@pytest.fixture(scope="session")
def accounts() -> dict[str, DemoAccount]:
    return {account.key: account for account in DEMO_ACCOUNTS}


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any, site: str) -> Iterator[OpenPage]:
    """Open a page of a fresh browser profile; errors in its console fail the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_one(size: Size, *, scheme: str = "light", **options: Any) -> Any:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": size.width, "height": size.height},
            color_scheme=scheme,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=size.phone,
            has_touch=size.phone,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text)
            if message.type == "error" and "status of 4" not in message.text
            else None,
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def sign_in() -> Callable[[Any, DemoAccount], None]:
    """Sign in on the page by hand, as a person does."""

    def do(page: Any, account: DemoAccount) -> None:
        page.goto("/login")
        page.get_by_label("学号 / 工号").fill(account.number)
        page.get_by_label("密码", exact=True).fill(account.password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/hall")

    return do


@pytest.fixture
def picture() -> Callable[[Any, str], Path]:
    """Keep a picture of the whole page in var/pictures."""

    def take(page: Any, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=str(path), full_page=True)
        return path

    return take
