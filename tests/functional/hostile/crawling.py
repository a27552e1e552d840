"""Walking the product as a browser would: from link to link."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request

from tongban.testing.browsing import Browser

_HOST = "localhost"
_SIDE_EFFECTS = ("/assets/",)


@dataclass
class Walk:
    """What was found: the page of each address, and where each link stood."""

    pages: dict[str, Any] = field(default_factory=dict)
    found_on: dict[str, str] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """Return the addresses that failed, with the page that led there."""
        return [
            f"{response.status} {address} (on {self.found_on.get(address, '')})"
            for address, response in self.pages.items()
            if response.status_int >= 400
        ]

    def leading_to(self, *prefixes: str) -> list[str]:
        """Return the links that lead below one of these paths."""
        return [
            f"{address} (on {page})"
            for address, page in self.found_on.items()
            if any(_is_below(urlsplit(address).path, prefix) for prefix in prefixes)
        ]


def walk(browser: Browser, *starts: str, most_of_a_kind: int = 2) -> Walk:
    """Follow every link from `starts`, at most so many pages of one route."""
    found = Walk()
    waiting = deque(starts)
    kinds: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        kind = route_of(browser, address)
        if address in found.pages or kinds[kind] >= most_of_a_kind:
            continue
        kinds[kind] += 1
        response = browser.get(address, expect_errors=True)
        found.pages[address] = response
        for link in _links(address, response):
            found.found_on.setdefault(link, address)
            waiting.append(link)
    return found


def route_of(browser: Browser, address: str) -> str:
    """Return the name of the route that an address matches; its path when there is none."""
    mapper = browser.app.registry.getUtility(IRoutesMapper)
    path = urlsplit(address).path
    for route in mapper.get_routes():
        if route.match(Request.blank(path).path_info) is not None:
            return str(route.name)
    return path


def _links(address: str, response: Any) -> Iterator[str]:
    if response.status_int in (301, 302, 303) and response.location:
        yield from _own(address, response.location)
    elif "html" in (response.content_type or ""):
        for tag in response.html.select("a[href], form[method=get][action], form:not([method])"):
            yield from _own(address, str(tag.get("href") or tag.get("action") or ""))


def _own(address: str, link: str) -> Iterator[str]:
    whole = urlsplit(urljoin(f"http://{_HOST}{address}", urldefrag(link).url))
    if whole.scheme == "http" and whole.netloc.partition(":")[0] == _HOST:
        path = whole.path + (f"?{whole.query}" if whole.query else "")
        if not path.startswith(_SIDE_EFFECTS):
            yield path


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
