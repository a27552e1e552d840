"""Tongban's side of the approval case: opens the campus, starts cases, approves them.

The first argument is the folder with the copy of the demo campus.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from harness.approving import Approval, approve_all
from harness.workers import answer_questions
from harness.wsgi import Client
from subject.campus import House, demo_number, make_runtime
from subject.trips import STARTER, open_tasks, start_trips

_STEPS = {"head": "head", "office": "office-head"}


class Approver:
    """The application and the browsers of those who approve."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._browsers: dict[str, Client] = {}

    def answer(self, act: str, **details: Any) -> Any:
        """Answer a question of the case."""
        return getattr(self, act)(**details)

    def open(self, people: int) -> None:
        """Make the application; the database holds the people already."""
        from tongban.web.app import make_app

        runtime = make_runtime(self._folder)
        self._house = House(runtime, make_app(runtime))

    def start(self, number: int) -> None:
        """Start cases."""
        start_trips(self._house.runtime, demo_number(STARTER), number)

    def approve(self, step: str, number: int) -> dict[str, Any]:
        """Approve the oldest open tasks of a step in the browser of who has them."""
        tasks = open_tasks(self._house.runtime, _STEPS[step], number)
        browser = self._browser(tasks[0].number)
        approvals = []
        for task in tasks:
            form = browser.get(f"/cases/{task.case_id}").form("case-form")
            form.fields |= {"comment": "同意", "act": "approve"}
            approvals.append(Approval(form.action, form))
        return approve_all(browser, approvals, expect=303)

    def _browser(self, number: str) -> Client:
        if number not in self._browsers:
            self._browsers[number] = self._house.sign_in(number)
        return self._browsers[number]


answer_questions(Approver(Path(sys.argv[1])).answer)
