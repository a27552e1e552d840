"""The whole product on a small demo campus, each test in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.demo.accounts import DEMO_ACCOUNTS, DEMO_PHRASE
from tongban.demo.load import load
from tongban.demo.packages import package_folders
from tongban.permissions.models import Grant, Role
from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban.testing.plugin import Runtimes
from tongban.users.models import Person
from tongban.web.runtime import Runtime, use_keys

PEOPLE = 900

SignIn = Callable[[str], Browser]


@pytest.fixture(scope="session")
def demo_runtime(runtimes: Runtimes) -> Iterator[Runtime]:
    runtime = runtimes.copy(("workflow", "hall"))
    with runtime.unit_of_work() as session:
        load(session, PEOPLE, host=runtime.host, packages=package_folders())
    yield runtime
    runtime.close()


@pytest.fixture
def runtime(demo_runtime: Runtime) -> Runtime:
    use_keys(demo_runtime.settings)
    return demo_runtime


@pytest.fixture
def people(db: Session) -> dict[str, MadePerson]:
    """The demo accounts by key, and the auditor."""
    numbers = {account.key: account.number for account in DEMO_ACCOUNTS}
    numbers["auditor"] = (
        db.scalars(
            select(Person.number)
            .join(Grant, Grant.person_id == Person.id)
            .join(Role, Role.id == Grant.role_id)
            .where(Role.key == "auditor")
        ).first()
        or ""
    )
    found = {}
    for key, number in numbers.items():
        row = db.execute(
            select(Person.id, Person.number, Person.name, Person.unit_id).where(
                Person.number == number
            )
        ).one()
        found[key] = MadePerson(*row)
    db.commit()
    return found


@pytest.fixture
def signed_in(app: Browser, people: dict[str, MadePerson]) -> SignIn:
    """Give a browser in which the named demo account is signed in; `anonymous` is nobody."""
    browsers: dict[str, Browser] = {}

    def browser(key: str) -> Browser:
        if key not in browsers:
            browsers[key] = app.another()
            if key != "anonymous":
                browsers[key].sign_in(people[key], DEMO_PHRASE)
        return browsers[key]

    return browser
