"""Looking through the items that one person may see: by department, theme and life stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tongban_hall.catalogue.items import ItemCard
from tongban_hall.catalogue.sorting import LIFE_STAGES, THEMES

Way = Literal["unit", "theme", "stage"]
WAYS: tuple[tuple[Way, str], ...] = (
    ("unit", "按部门"),
    ("theme", "按主题"),
    ("stage", "按轨迹"),
)

_OTHER_KIND = {"staff": "student", "student": "staff"}


@dataclass(frozen=True)
class Shelf:
    """The items under one heading."""

    key: str
    name: str
    items: tuple[ItemCard, ...]

    @property
    def size(self) -> int:
        """How many items there are."""
        return len(self.items)


def shelves(items: Sequence[ItemCard], way: Way, kind: str) -> list[Shelf]:
    """Return the non-empty headings of a way to sort the items that people of a kind see."""
    if way == "theme":
        found = [_shelf(theme.key, theme.name, items, "themes") for theme in THEMES]
    elif way == "stage":
        stages = [stage for stage in LIFE_STAGES if stage.kind != _OTHER_KIND.get(kind)]
        found = [_shelf(stage.key, stage.name, items, "stages") for stage in stages]
    else:
        found = _by_unit(items)
    return [shelf for shelf in found if shelf.items]


def chosen_shelf(groups: Sequence[Shelf], key: str | None) -> Shelf | None:
    """Return the heading asked for, else the one with most items, None when there is none."""
    wanted = next((group for group in groups if group.key == key), None)
    return wanted or max(groups, key=lambda group: group.size, default=None)


def _shelf(key: str, name: str, items: Sequence[ItemCard], attribute: str) -> Shelf:
    return Shelf(key, name, tuple(item for item in items if key in getattr(item, attribute)))


def _by_unit(items: Sequence[ItemCard]) -> list[Shelf]:
    units: dict[int, list[ItemCard]] = {}
    for item in items:
        units.setdefault(item.unit_id, []).append(item)
    return [
        Shelf(str(unit_id), group[0].unit_name, tuple(group)) for unit_id, group in units.items()
    ]


_LETTER_GROUPS = (
    ("A–D", "ABCD"),
    ("E–H", "EFGH"),
    ("J–N", "IJKLMN"),
    ("P–T", "OPQRST"),
    ("W–Z", "UVWXYZ"),
    ("其他", "#"),
)


def letter_groups(items: Sequence[ItemCard]) -> list[Shelf]:
    """Return the items in groups by the first letter of their pinyin (manual §3.2(13))."""
    ordered = sorted(items, key=lambda item: (item.initials, item.name))
    groups = [
        Shelf(f"g{number}", name, tuple(item for item in ordered if item.letter in letters))
        for number, (name, letters) in enumerate(_LETTER_GROUPS)
    ]
    return [group for group in groups if group.items]


def matching(items: Sequence[ItemCard], text: str) -> list[ItemCard]:
    """Return the items whose name, keywords, pinyin or initials contain `text`, best first."""
    wanted = text.strip().lower()
    if not wanted:
        return list(items)
    ranked = [(rank, item) for item in items if (rank := _rank(item, wanted)) is not None]
    return [item for _rank_, item in sorted(ranked, key=lambda pair: pair[0])]


def _rank(item: ItemCard, wanted: str) -> int | None:
    name = item.name.lower()
    if name.startswith(wanted):
        return 0
    if wanted in name:
        return 1
    if item.initials.startswith(wanted) or item.pinyin.startswith(wanted):
        return 2
    if wanted in item.keywords.lower():
        return 3
    if wanted in item.initials or wanted in item.pinyin:
        return 4
    if wanted in item.summary.lower() or wanted in item.unit_name.lower():
        return 5
    return None
