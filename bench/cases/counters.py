"""The poll of the counters when nothing changed (304) — beside the home page."""

from __future__ import annotations

from harness.measuring import take_turns, timed
from harness.rows import Budget, Row, compare
from harness.wsgi import Client
from subject.campus import open_house

from cases import home

PATH = "/counters"
BUDGET = Budget(0.10)
_EACH_TURN = 20


def run(rounds: int) -> list[Row]:
    """Poll and ask for the home page, in turns."""
    with open_house() as house:
        browser = home.signed_in_with_tasks(house)
        etag = browser.get(PATH).header("etag")
        samples = take_turns(
            {
                "poll": lambda: timed(lambda: _poll(browser, etag), _EACH_TURN),
                "page": lambda: timed(lambda: home.ask(browser), _EACH_TURN // 2),
            },
            rounds,
        )
    what = "unchanged poll, 304"
    return [compare("counters", what, samples["poll"], "home page", samples["page"], BUDGET)]


def _poll(browser: Client, etag: str) -> None:
    request = browser.request("GET", PATH, headers={"If-None-Match": etag})
    if browser.send(request).status != 304:
        raise RuntimeError("the poll was not answered with 304")
