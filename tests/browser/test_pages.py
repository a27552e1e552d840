"""Every page, at a desk and on a phone, light and dark: nothing for axe-core to find, nothing that
sticks out sideways, nothing in English, and a picture to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, SIZES, OpenPage, Size
from tongban.demo.accounts import DemoAccount

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PAGES: dict[str, tuple[str, ...]] = {
    "student": (
        "/hall",
        "/items",
        "/items?way=stage",
        "/items/network-repair",
        "/apps",
        "/tasks",
        "/tasks?box=started",
        "/search?q=wl",
        "/search?q=没有这样的事",
        "/apply/network-repair",
        "/me/sessions",
        "/me/notifications",
        "/no-such-page",
    ),
    "teacher": ("/hall", "/apply/vpn-access"),
    "unit_admin": ("/console", "/console/people"),
    "operator": (
        "/hall",
        "/console",
        "/console/people",
        "/console/roles",
        "/console/why",
        "/console/plugins",
        "/console/jobs",
        "/console/audit",
    ),
}


def name_of(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-") or "root"


def cases() -> Iterator[tuple[str, Size, str]]:
    for key in PAGES:
        for size in SIZES:
            for scheme in ("light", "dark"):
                yield key, size, scheme


@pytest.mark.parametrize(
    ("key", "size", "scheme"),
    list(cases()),
    ids=lambda value: value.name if isinstance(value, Size) else str(value),
)
def test_pages_are_fit_to_be_seen(
    key: str,
    size: Size,
    scheme: str,
    open_page: OpenPage,
    accounts: dict[str, DemoAccount],
    sign_in: Callable[[Any, DemoAccount], None],
    picture: Callable[[Any, str], Path],
) -> None:
    page = open_page(size, scheme=scheme, bypass_csp=True)
    problems: list[str] = []
    if key == "student":
        page.goto("/login")
        picture(page, f"login-{size.name}-{scheme}")
        problems += look_at(page, "/login")
    sign_in(page, accounts[key])
    for path in PAGES[key]:
        page.goto(path)
        picture(page, f"{name_of(path)}-{key}-{size.name}-{scheme}")
        problems += look_at(page, path)
    assert problems == []


def look_at(page: Any, path: str) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(result => result.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))",
        _RULES,
    )
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    problems = [f"{path}: {violation}" for violation in found]
    if wide > 0:
        problems.append(f"{path}: {wide} px wider than the screen")
    return problems
