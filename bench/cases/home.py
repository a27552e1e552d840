"""The hall's home page with all cards — beside its template rendered with canned values.

One head of a department with open tasks, signed in, in process, no server. The floor gets every
value of the page ready-made: data, the markup of slots and cards, addresses. What is left above it
is everything else: session, permissions, queries, hooks, cards, routing, headers, log.
"""

from __future__ import annotations

from harness.measuring import take_turns, timed
from harness.rows import Budget, Row, compare
from harness.wsgi import Client
from subject.campus import House, demo_number, open_house
from subject.canned import can_page
from subject.trips import STARTER, start_trips

PATH = "/hall"
TEMPLATE = "tongban_hall:templates/home.pt"
BUDGET = Budget(2.5)
_EACH_TURN = 10
_OPEN_TASKS = 12


def run(rounds: int) -> list[Row]:
    """Ask for the page and render the canned one, in turns."""
    with open_house() as house:
        browser = signed_in_with_tasks(house)
        canned = can_page(browser, PATH, TEMPLATE)
        samples = take_turns(
            {
                "page": lambda: timed(lambda: ask(browser), _EACH_TURN),
                "floor": lambda: timed(canned.render, _EACH_TURN),
            },
            rounds,
        )
    what = "signed-in home page, all cards"
    return [compare("home", what, samples["page"], "template alone", samples["floor"], BUDGET)]


def ask(browser: Client) -> None:
    """Ask for the home page. Raises RuntimeError when it is not answered."""
    if browser.send(browser.request("GET", PATH)).status != 200:
        raise RuntimeError("the home page was not answered")


def signed_in_with_tasks(house: House) -> Client:
    """Return the browser of a head who has cases to approve."""
    start_trips(house.runtime, demo_number(STARTER), _OPEN_TASKS)
    return house.sign_in(demo_number("head"))
