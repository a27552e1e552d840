"""What several pages of the hall need: the viewer's items, and tiles of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tongban_hall.catalogue.items import Catalogue, ItemCard
from tongban_hall.catalogue.keeping import catalogue_of
from tongban_hall.favourites import favourite_ids

if TYPE_CHECKING:
    from pyramid.request import Request


class Tile(NamedTuple):
    """An item as a tile: where it leads and whether it is starred."""

    item: ItemCard
    note: str
    url: str
    starred: bool
    star_url: str | None


class Shelf(NamedTuple):
    """Items the viewer may see, by id, with the starred ones."""

    catalogue: Catalogue
    items: list[ItemCard]
    by_id: dict[int, ItemCard]
    favourites: Sequence[int]


def viewer_shelf(request: Request) -> Shelf:
    """Return the viewer's items, in one statement once the catalogue is in memory."""
    catalogue = catalogue_of(request.runtime, request.db)
    items = catalogue.visible_to(request.viewer.kind, request.runtime.host.is_enabled)
    return Shelf(
        catalogue,
        items,
        {item.id: item for item in items},
        favourite_ids(request.db, request.viewer.person_id),
    )


def tiles(
    request: Request, shelf: Shelf, items: Iterable[ItemCard], *, described: bool = False
) -> list[Tile]:
    """Return items as tiles, each with its department; `described`: with its summary, no star."""
    starred = set(shelf.favourites)
    return [
        Tile(
            item,
            item.summary if described else item.unit_short,
            request.link("hall.item", key=item.key),
            item.id in starred,
            None if described else request.link("hall.favourite", key=item.key),
        )
        for item in items
    ]


def chosen(shelf: Shelf, ids: Iterable[int], most: int) -> list[ItemCard]:
    """Return the items with these ids that the viewer may see, in the given order."""
    return [shelf.by_id[item_id] for item_id in ids if item_id in shelf.by_id][:most]
