"""Pages of the console, as the kernel and plugins contribute them.

The kernel's own parts call `config.add_console_page(ConsolePage(...))` in their `includeme`;
plugins answer `tongban_console_pages`. Either way the page's route and view are their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry

_PAGES = "tongban.console_pages"


@dataclass(frozen=True)
class ConsolePage:
    """A page of the console: its group's heading, text, route and the permission it needs.

    `key` is what the view returns as `nav`. Lower `order` comes first; a group stands where its
    first page does. An empty group has no heading.
    """

    key: str
    group: str
    text: str
    route: str
    permission: str
    icon: str = ""
    order: int = 100


def add_console_page(config: Configurator, page: ConsolePage) -> None:
    """Add a page to the console's side navigation (Configurator directive)."""
    config.registry.setdefault(_PAGES, []).append(page)


def kernel_pages(registry: Registry) -> list[ConsolePage]:
    """Return the pages that the kernel's parts added."""
    pages: list[ConsolePage] = registry.get(_PAGES, [])
    return pages


def includeme(config: Configurator) -> None:
    """Add `config.add_console_page(page)`."""
    config.add_directive("add_console_page", add_console_page, action_wrap=False)
