"""A process that works on cases until all are done, or until it is killed.

`approving.py SETTINGS_FILE CASES STARTER NUMBER…`: one thread starts the cases, one for each
NUMBER decides what waits for that person, over HTTP; jobs run beside them as they do when serving.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from tongban.jobs.engine import EmbeddedEngine
from tongban.settings import read_settings
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import MadePerson
from tongban.users.models import Person
from tongban.web.logs import configure_logs
from tongban.web.runtime import Runtime, build_runtime
from tongban_workflow.definitions import current_definition
from tongban_workflow.engine import Actor, start_case
from tongban_workflow.models import Case, Task
from tongban_workflow.telling import tell

ITEM = "crash-test"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Work:
    """The cases of one run, shared by its threads."""

    def __init__(self, runtime: Runtime, cases: int) -> None:
        self.runtime = runtime
        self.cases = cases

    def person(self, number: str) -> MadePerson:
        columns = (Person.id, Person.number, Person.name, Person.unit_id)
        with self.runtime.unit_of_work(writes=False) as session:
            return MadePerson(
                *session.execute(select(*columns).where(Person.number == number)).one()
            )

    def is_done(self) -> bool:
        with self.runtime.unit_of_work(writes=False) as session:
            done = select(func.count()).where(Case.status == "done")
            return session.scalar(done) == self.cases

    def start(self, number: str) -> None:
        """Start every case; one that was started before it was killed is not started again."""
        person = self.person(number)
        for one in range(self.cases):
            with self.runtime.unit_of_work() as session:
                definition = current_definition(session, ITEM)
                assert definition is not None
                outcome = start_case(
                    session,
                    definition.id,
                    Actor(person.id, person.name),
                    {"place": f"第 {one} 间"},
                    f"start-{one:06}",
                )
                tell(session, outcome.happenings)

    def decide(self, number: str) -> None:
        """Decide what waits for a person until nothing is left to do."""
        person = self.person(number)
        browser = make_test_app(self.runtime)
        browser.sign_in(person)
        while True:
            waiting = self._waiting_for(person)
            if waiting:
                self._act(browser, random.choice(waiting))
            elif self.is_done():
                return
            else:
                time.sleep(0.02)

    def _waiting_for(self, person: MadePerson) -> list[UUID]:
        mine = select(Task.case_id).where(Task.assignee_id == person.id, Task.status == "todo")
        with self.runtime.unit_of_work(writes=False) as session:
            return list(session.scalars(mine.limit(8)))

    def _act(self, browser: Browser, case_id: UUID) -> None:
        page = browser.get(f"/cases/{case_id}")
        form = next((one for one in page.forms.values() if "act" in one.fields), None)
        if form is None:
            return
        act = "handle" if 'value="handle"' in page.text else "approve"
        answer = form.submit("act", value=act, expect_errors=True)
        # Of several who may decide one is first; the others are told so.
        if answer.status_int not in (303, 409):
            say(f"failed {answer.status}")


def main() -> None:
    settings_file, cases, starter, *deciders = sys.argv[1:]
    configure_logs("console", "CRITICAL")
    runtime = build_runtime(read_settings(Path(settings_file)))
    work = Work(runtime, int(cases))
    make_test_app(runtime)
    engine = EmbeddedEngine(runtime, threads=2)
    engine.start()
    threads = [threading.Thread(target=work.start, args=(starter,))]
    threads += [threading.Thread(target=work.decide, args=(number,)) for number in deciders]
    say("started")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.stop()
    say("finished")


if __name__ == "__main__":
    main()
