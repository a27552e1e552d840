"""What pages cost in statements: bounded, whatever the form and the record hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban.testing.statements import StatementCounter

from .conftest import ITEM, World
from .test_cases import accept

Browse = Callable[[MadePerson], Browser]
Apply = Callable[..., str]


@pytest.mark.parametrize("who", ["handler", "student", "operator"])
def test_the_case_page(
    world: World, browse: Browse, apply: Apply, statements: StatementCounter, who: str
) -> None:
    path = apply(**{"f.keeper.search": "顾念之", "f.unit.search": "计算机学院"})
    accept(world, browse, path)
    browser = browse(getattr(world, who))
    browser.get(path)
    with statements.counted() as seen:
        browser.get(path)
    assert seen.number <= 10, seen.texts


def test_the_form(world: World, browse: Browse, statements: StatementCounter) -> None:
    browser = browse(world.student)
    browser.get(f"/apply/{ITEM}")
    with statements.counted() as seen:
        browser.get(f"/apply/{ITEM}")
    assert seen.number <= 10, seen.texts


def test_an_approval(
    world: World, browse: Browse, apply: Apply, statements: StatementCounter
) -> None:
    """Who is it, the case as they see it, the engine's eight, and telling the next in line."""
    form = browse(world.handler).get(apply()).forms["case-form"]
    with statements.counted() as seen:
        form.submit("act", value="approve", status=303)
    assert seen.number <= 14, seen.texts
