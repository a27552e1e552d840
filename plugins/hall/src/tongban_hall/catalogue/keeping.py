"""Keeps the catalogue of a process until its generation moves."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tongban_hall.catalogue.items import GENERATION, Catalogue, read_catalogue

_KEPT = "hall.catalogue"


def catalogue_of(runtime: Any, session: Session) -> Catalogue:
    """Return the process's catalogue, read anew after a change anywhere."""
    generation = runtime.watch.value(GENERATION)
    kept = runtime.extra.get(_KEPT)
    if kept is None or kept[0] != generation:
        kept = (generation, read_catalogue(session))
        runtime.extra[_KEPT] = kept
    catalogue: Catalogue = kept[1]
    return catalogue
