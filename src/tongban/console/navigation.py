"""The console's side navigation: what the viewer may enter, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongban.console.pages import ConsolePage, kernel_pages

if TYPE_CHECKING:
    from pyramid.request import Request

HOOK = "tongban_console_pages"


@dataclass(frozen=True)
class NavigationEntry:
    """One link."""

    key: str
    text: str
    url: str
    icon: str
    count: int | None = None


@dataclass(frozen=True)
class NavigationGroup:
    """Links under a heading; None has none."""

    title: str | None
    entries: tuple[NavigationEntry, ...]


def console_navigation(request: Request) -> list[NavigationGroup]:
    """Return the groups of the side navigation for the request's viewer."""
    viewer = request.viewer
    if viewer is None:
        return []
    pages = list(kernel_pages(request.registry))
    for answer in request.runtime.host.gather(HOOK, viewer=viewer):
        pages.extend(answer.value or ())
    names: frozenset[str] = request.registry["tongban.route_names"]
    shown = [page for page in pages if page.route in names and viewer.allows(page.permission)]
    return _grouped(request, sorted(shown, key=lambda page: page.order))


def _grouped(request: Request, pages: list[ConsolePage]) -> list[NavigationGroup]:
    groups: dict[str, list[NavigationEntry]] = {}
    for page in pages:
        entry = NavigationEntry(page.key, page.text, request.route_path(page.route), page.icon)
        groups.setdefault(page.group, []).append(entry)
    return [NavigationGroup(title or None, tuple(entries)) for title, entries in groups.items()]
