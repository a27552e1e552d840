"""What a search looks through, as the kernel and plugins contribute it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer


@dataclass(frozen=True)
class SearchHit:
    """One thing found: where it leads (`route` with `params`, or a ready `url`) and how it reads.

    `text` is a line below the title (a department, a date).
    """

    title: str
    text: str = ""
    route: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    icon: str = ""


Find = Callable[[Session, "Viewer", str, int], Sequence[SearchHit]]


@dataclass(frozen=True)
class SearchSource:
    """One kind of things that can be found, `key` named `<plugin id>.…`, with its heading.

    `find(session, viewer, query, limit)` returns at most `limit` hits, best first, and only what
    the viewer may see. A source whose `permission` the viewer lacks is not asked. Lower `order`
    is shown first.
    """

    key: str
    title: str
    find: Find
    permission: str = ""
    order: int = 100
