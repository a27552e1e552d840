"""The catalogue in memory: a few hundred items that every page reads and hardly anybody changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tongban.toolkit import OrgUnit, package_host_id
from tongban_hall.models import ItemStage, ItemTheme, ServiceItem

GENERATION = "hall.catalogue"


@dataclass(frozen=True)
class ItemCard:
    """An item as lists show it."""

    id: int
    key: str
    package_id: str
    name: str
    summary: str
    pinyin: str
    initials: str
    keywords: str
    unit_id: int
    unit_name: str
    unit_short: str
    icon: str
    tone: str
    for_staff: bool
    for_student: bool
    online: bool
    themes: frozenset[str]
    stages: frozenset[str]

    def is_for(self, kind: str) -> bool:
        """Say whether people of a kind may see it: staff see staff items, students theirs."""
        return self.for_student if kind == "student" else self.for_staff

    @property
    def letter(self) -> str:
        """First letter of the pinyin, upper case; `#` for anything else."""
        first = self.initials[:1].upper()
        return first if first.isascii() and first.isalpha() else "#"


class Catalogue:
    """Every listed item, with the ways to look through them."""

    def __init__(self, items: Iterable[ItemCard]) -> None:
        self.items = tuple(items)

    @cached_property
    def by_key(self) -> dict[str, ItemCard]:
        """Items by key."""
        return {item.key: item for item in self.items}

    @cached_property
    def by_id(self) -> dict[int, ItemCard]:
        """Items by id."""
        return {item.id: item for item in self.items}

    def visible_to(self, kind: str, is_enabled: Callable[[str], bool]) -> list[ItemCard]:
        """Return the items for a kind of people whose package is switched on."""
        return [item for item in self.items if item.is_for(kind) and _on(item, is_enabled)]


def _on(item: ItemCard, is_enabled: Callable[[str], bool]) -> bool:
    return not item.package_id or is_enabled(package_host_id(item.package_id))


_ITEMS = (
    select(
        ServiceItem.id,
        ServiceItem.key,
        ServiceItem.package_id,
        ServiceItem.name,
        ServiceItem.summary,
        ServiceItem.pinyin,
        ServiceItem.initials,
        ServiceItem.keywords,
        ServiceItem.unit_id,
        OrgUnit.name.label("unit_name"),
        OrgUnit.short_name.label("unit_short"),
        ServiceItem.icon,
        ServiceItem.tone,
        ServiceItem.for_staff,
        ServiceItem.for_student,
        ServiceItem.online,
    )
    .join(OrgUnit, OrgUnit.id == ServiceItem.unit_id)
    .where(ServiceItem.status == "listed")
    .order_by(OrgUnit.path, ServiceItem.initials, ServiceItem.id)
)
_THEMES = select(ItemTheme.item_id, ItemTheme.theme)
_STAGES = select(ItemStage.item_id, ItemStage.stage)


def read_catalogue(session: Session) -> Catalogue:
    """Read the whole catalogue, in three statements."""
    themes = _grouped(session.execute(_THEMES).all())
    stages = _grouped(session.execute(_STAGES).all())
    nothing: frozenset[str] = frozenset()
    return Catalogue(
        ItemCard(
            **row._mapping,
            themes=themes.get(row.id, nothing),
            stages=stages.get(row.id, nothing),
        )
        for row in session.execute(_ITEMS)
    )


def _grouped(pairs: Sequence[Row[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for item_id, key in pairs:
        found.setdefault(item_id, set()).add(key)
    return {item_id: frozenset(keys) for item_id, keys in found.items()}
