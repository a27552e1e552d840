"""A campus with two departments, an operator, an info admin of one of them, and a student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus, MadePerson, MadeUnit


@dataclass
class Scene:
    library: MadeUnit
    section: MadeUnit
    office: MadeUnit
    operator: MadePerson
    admin: MadePerson
    student: MadePerson
    mine: MadePerson
    stranger: MadePerson
    my_post: int
    their_post: int
    my_grant: int
    their_grant: int


@pytest.fixture
def scene(campus: Campus) -> Scene:
    library = campus.unit("图书馆", code="tsg")
    section = campus.unit("采编部", parent=library, kind="section")
    office = campus.unit("教务处", code="jwc")
    operator = campus.person("林知远", number="op")
    admin = campus.person("许明澈", number="adm", unit=library)
    mine = campus.person("韩书言", number="100", unit=section, phone="13900002864")
    stranger = campus.person("顾念之", number="200", unit=office, phone="13800001111")
    campus.grant(operator, "operator")
    my_grant = campus.grant(admin, "unit_admin", library)
    their_grant = campus.grant(stranger, "unit_leader", office)
    return Scene(
        library,
        section,
        office,
        operator,
        admin,
        campus.person("江晚舟", number="300", kind="student", unit=office),
        mine,
        stranger,
        campus.appoint(mine, library, "馆长"),
        campus.appoint(stranger, office, "处长"),
        my_grant,
        their_grant,
    )


@pytest.fixture
def as_admin(app: Browser, scene: Scene) -> Browser:
    app.sign_in(scene.admin)
    return app


@pytest.fixture
def as_operator(app: Browser, scene: Scene) -> Browser:
    app.sign_in(scene.operator)
    return app


def last_form(page: Any) -> Any:
    """Return the last form of the page, which is the main part's."""
    return page.forms[max(key for key in page.forms if isinstance(key, int))]


def main_text(page: Any) -> str:
    """Return the text of the page's main part."""
    return " ".join(page.html.find("main").get_text(" ", strip=True).split())
