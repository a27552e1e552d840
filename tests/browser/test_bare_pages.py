"""What is left to see when every plugin is off, and when the house itself breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.browser.conftest import SIZES, OpenPage, served
from tests.browser.looking import look_at
from tongban.demo.accounts import DEMO_ACCOUNTS
from tongban.demo.load import load
from tongban.testing.browsing import make_test_app
from tongban.testing.plugin import Runtimes
from tongban.web.runtime import Runtime, use_keys

PEOPLE = 400
OPERATOR = next(account for account in DEMO_ACCOUNTS if account.key == "operator")


@pytest.fixture(scope="module")
def bare(runtimes: Runtimes) -> Iterator[Runtime]:
    """A campus without a single plugin."""
    runtime = runtimes.copy(())
    use_keys(runtime.settings)
    with runtime.unit_of_work() as session:
        load(session, PEOPLE, host=runtime.host, packages=())
    yield runtime
    runtime.close()


def test_without_plugins_and_with_a_broken_house(
    bare: Runtime, open_page: OpenPage, picture: Callable[[Any, str], Path]
) -> None:
    problems: list[str] = []
    with served(make_test_app(bare).app) as url:
        pages = [
            (size.name, open_page(size, base_url=url, expected="status of 500")) for size in SIZES
        ]
        for size, page in pages:
            page.goto("/login")
            page.get_by_label("学号 / 工号").fill(OPERATOR.number)
            page.get_by_label("密码", exact=True).fill(OPERATOR.password)
            page.get_by_role("button", name="登录", exact=True).click()
            page.get_by_role("heading", name="您好").wait_for()
            problems += look_at(page, f"bare-start-{size}", picture)
            page.goto("/console")
            problems += look_at(page, f"bare-console-{size}", picture)
        with bare.engine.begin() as connection:
            connection.execute(text("ALTER TABLE auth_session RENAME TO auth_session_gone"))
        for size, page in pages:
            answer = page.goto("/console")
            assert answer.status == 500
            problems += look_at(page, f"bare-error-500-{size}", picture)
    assert not problems, "\n".join(problems)
