"""The console's list of cases: those of the units within reach, and no others."""

from __future__ import annotations

from collections.abc import Callable

from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson

from .conftest import World

Browse = Callable[[MadePerson], Browser]
Apply = Callable[..., str]


def test_cases_of_ones_own_units_are_listed(world: World, browse: Browse, apply: Apply) -> None:
    apply()
    for person in (world.office_admin, world.operator):
        page = browse(person).get("/console/cases")
        page.mustcontain("A03 实训楼 402", "受理：", "办理中")
    other = browse(world.other_admin).get("/console/cases")
    other.mustcontain("还没有办件")
    for person in (world.student, world.handler, world.head):
        browse(person).get("/console/cases", status=403)


def test_filters_and_strange_input(world: World, browse: Browse, apply: Apply) -> None:
    apply()
    browser = browse(world.office_admin)
    found = browser.get("/console/cases", {"q": "实训楼", "status": "running"})
    found.mustcontain("A03 实训楼 402")
    browser.get("/console/cases", {"status": "done"}).mustcontain("没有符合条件的办件")
    browser.get("/console/cases?q=%25%00&status=x&service=%00&page=nonsense")
