"""Every page, at a desk and on a phone, light and dark: nothing for axe-core to find, nothing that
sticks out sideways, nothing in English, and a picture to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request

from tests.browser.conftest import SIZES, OpenPage, Site, Size
from tests.browser.looking import look_at
from tests.browser.views import VIEWS, Places
from tests.functional.test_routes import TABLE

# What answers a GET and is no page: redirects, probes, numbers, files.
NO_PAGES = frozenset(
    {
        "home",
        "tongban.healthz",
        "tongban.readyz",
        "tongban.metrics",
        "tongban.counters",
        "files.download",
    }
)

WHO = tuple(dict.fromkeys(view.who for view in VIEWS))


@pytest.fixture(scope="module")
def places(site: Site) -> Places:
    return Places(site)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("who", WHO, ids=lambda who: who or "anonymous")
def test_pages_are_fit_to_be_seen(
    who: str,
    size: Size,
    open_page: OpenPage,
    places: Places,
    picture: Callable[[Any, str], Path],
) -> None:
    page = open_page(size, who)
    problems: list[str] = []
    for view in (view for view in VIEWS if view.who == who):
        page.goto(places.path(view))
        if view.act is not None:
            view.act(page)
        problems += look_at(page, f"{who or 'anonymous'}-{view.name}-{size.name}", picture)
    assert not problems, "\n".join(problems)


def test_every_page_is_looked_at(site: Site, places: Places) -> None:
    mapper = site.life.browser("operator").app.registry.getUtility(IRoutesMapper)

    def route(path: str) -> str:
        return str(mapper(Request.blank(path))["route"].name)

    seen = {route(places.path(view)) for view in VIEWS if "no-such" not in view.path}
    pages = {name for name, (reading, _) in TABLE.items() if reading is not None}
    assert pages - NO_PAGES - seen == set()
