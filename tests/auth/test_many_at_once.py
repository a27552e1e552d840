"""Many people, and many guesses, at the same time: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from tongban.auth import services
from tongban.auth.models import Account, SessionRow, SignInAttempt
from tongban.auth.passwords import HashParameters
from tongban.testing.browsing import make_test_app
from tongban.testing.factories import PASSWORD, Campus
from tongban.web.runtime import Runtime

pytestmark = pytest.mark.commits

THREADS = 16


def at_once(number: int, act: Callable[[int], str]) -> Counter[str]:
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(act, range(number)))


def sign_in(runtime: Runtime, username: str, password: str, address: str = "127.0.0.1") -> str:
    """Take the steps as the view does: read, hash without a connection, write."""
    with runtime.unit_of_work(writes=False) as session:
        candidate = services.look_up(session, runtime.settings, username, address, "")
    examined = services.examine(runtime.settings, candidate, password)
    with runtime.unit_of_work() as session:
        result = services.conclude(session, runtime.settings, runtime.host, examined, keep=False)
    return result.outcome


def test_fifty_people_sign_in_at_once_over_http(each_runtime: Runtime) -> None:
    with each_runtime.sessions() as session:
        campus = Campus(session, each_runtime)
        people = [campus.person() for _ in range(50)]
    make_test_app(each_runtime)

    def one(number: int) -> str:
        browser = make_test_app(each_runtime)
        browser.extra_environ["REMOTE_ADDR"] = f"10.0.0.{number}"
        browser.sign_in(people[number])
        devices = browser.get("/me/sessions").html
        return f"{people[number].name in devices.text} {len(devices.select('.rows > li'))}"

    assert at_once(50, one) == Counter({"True 1": 50})
    with each_runtime.sessions() as session:
        assert session.scalar(select(func.count()).select_from(SessionRow)) == 50


def test_a_burst_of_guesses_learns_no_more_than_one_by_one(each_runtime: Runtime) -> None:
    with each_runtime.sessions() as session:
        person = Campus(session, each_runtime).person()
    outcomes = at_once(40, lambda _n: sign_in(each_runtime, person.number, "Wrong-2026"))
    assert outcomes["failed"] == 4
    assert outcomes["locked"] == 1
    assert outcomes["blocked"] == 35
    assert sign_in(each_runtime, person.number, PASSWORD) == "blocked"
    with each_runtime.sessions() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 41


def test_the_right_guess_in_a_burst_after_the_lock_is_not_told(each_runtime: Runtime) -> None:
    with each_runtime.sessions() as session:
        person = Campus(session, each_runtime).person()
    with each_runtime.unit_of_work(writes=False) as session:
        candidate = services.look_up(session, each_runtime.settings, person.number, "::1", "")
    examined = services.examine(each_runtime.settings, candidate, PASSWORD)
    assert examined.matched
    for _ in range(5):
        sign_in(each_runtime, person.number, "Wrong-2026")
    with each_runtime.unit_of_work() as session:
        result = services.conclude(
            session, each_runtime.settings, each_runtime.host, examined, keep=False
        )
    assert result.outcome == "blocked"
    assert not result.done


def test_a_password_changed_meanwhile_no_longer_signs_in(each_runtime: Runtime) -> None:
    with each_runtime.sessions() as session:
        person = Campus(session, each_runtime).person()
    with each_runtime.unit_of_work(writes=False) as session:
        candidate = services.look_up(session, each_runtime.settings, person.number, "::1", "")
    examined = services.examine(each_runtime.settings, candidate, PASSWORD)
    with each_runtime.unit_of_work() as session:
        changed = services.hash_password("Another-2026", HashParameters(8, 1))
        session.execute(update(Account).values(password_hash=changed))
    with each_runtime.unit_of_work() as session:
        result = services.conclude(
            session, each_runtime.settings, each_runtime.host, examined, keep=False
        )
    assert result.outcome == "failed"
