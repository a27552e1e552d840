"""Favourites 我的收藏 (manual §3.2(7))."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tongban.toolkit import clock
from tongban_hall.models import Favourite

_OWN = (
    select(Favourite.item_id)
    .where(Favourite.person_id == bindparam("person_id"))
    .order_by(Favourite.created_at.desc(), Favourite.item_id)
)


def favourite_ids(session: Session, person_id: int) -> Sequence[int]:
    """Return the ids of a person's favourites, the latest first."""
    return session.scalars(_OWN, {"person_id": person_id}).all()


def set_favourite(session: Session, person_id: int, item_id: int, *, on: bool) -> None:
    """Star an item or take the star away; doing so twice is the same as once."""
    if not on:
        session.execute(
            delete(Favourite).where(Favourite.person_id == person_id, Favourite.item_id == item_id)
        )
        return
    try:
        with session.begin_nested():
            session.add(Favourite(person_id=person_id, item_id=item_id, created_at=clock.now()))
    except IntegrityError:  # starred already, here or in another window
        return
