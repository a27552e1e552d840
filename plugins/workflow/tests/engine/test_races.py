"""People acting at the same moment: one outcome, nothing twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tongban.db.session import make_session_factory, unit_of_work
from tongban_workflow import engine as workflow
from tongban_workflow.engine import AlreadyDecided, EngineError, NotAllowedNow, Outcome
from tongban_workflow.models import Case, Event, Task

pytestmark = [pytest.mark.commits, pytest.mark.slow]

ROUNDS = 60
DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}
HEAD = {"rule": "unit_head", "of": "owner"}

Act = Callable[[Session], Outcome]


class Ring:
    """Lets several people act at once, each in a transaction of an own thread."""

    def __init__(self, database: Engine, make_desk: Any, invariants: Any) -> None:
        self.factory = make_session_factory(database)
        self.make_desk = make_desk
        self.invariants = invariants

    def work(self, act: Callable[[Any], Any]) -> Any:
        """Do something alone and commit it."""
        with unit_of_work(self.factory) as session:
            return act(self.make_desk(session))

    def at_once(self, *acts: Act) -> list[Outcome | EngineError]:
        """Let all act at the same moment; return what each got, in their order."""
        barrier = threading.Barrier(len(acts))
        results: list[Any] = [None] * len(acts)

        def one(index: int) -> None:
            barrier.wait()
            try:
                with unit_of_work(self.factory) as session:
                    results[index] = acts[index](session)
            except BaseException as error:
                results[index] = error

        threads = [threading.Thread(target=one, args=(index,)) for index in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        unexpected = [r for r in results if not isinstance(r, Outcome | EngineError)]
        assert not unexpected, unexpected
        return results

    def check(self, case_id: UUID) -> None:
        """Check the invariants of the case as committed."""
        with self.factory() as session:
            self.invariants(session, case_id)

    def count(self, *conditions: Any, of: Any = Task) -> int:
        """Count committed rows."""
        with self.factory() as session:
            query = select(func.count()).select_from(of).where(*conditions)
            return session.scalar(query) or 0


@pytest.fixture(scope="module")
def ring(database: Engine, make_desk: Any, invariants: Any) -> Ring:
    return Ring(database, make_desk, invariants)


@pytest.fixture(scope="module")
def flow(ring: Ring) -> Any:
    blocks = [
        {
            "id": name,
            "type": "approve",
            "name": name,
            "who": [who],
            "on_empty": "admin",
        }
        for name, who in (("first", DUTY), ("second", HEAD))
    ]
    return ring.work(lambda desk: desk.publish(blocks))


def started(ring: Ring, flow: Any) -> tuple[UUID, UUID, UUID]:
    """Start a case; return it and the tasks of duty1 and duty2."""

    def act(desk: Any) -> tuple[UUID, UUID, UUID]:
        case_id = desk.start(flow).case_id
        return case_id, desk.task_of(case_id, "duty1"), desk.task_of(case_id, "duty2")

    return ring.work(act)  # type: ignore[no-any-return]  # the ring hands back what the act gives


def winners(results: list[Outcome | EngineError]) -> list[Outcome]:
    return [one for one in results if isinstance(one, Outcome) and not one.replayed]


def test_of_two_deciding_at_once_one_wins(ring: Ring, flow: Any, town: Any) -> None:
    """WF-5: two people clicking at once never corrupt a case (或签)."""
    for number in range(ROUNDS):
        case_id, one, two = started(ring, flow)
        other = (workflow.approve, workflow.reject, workflow.return_to_fill)[number % 3]
        results = ring.at_once(
            lambda s, t=one: workflow.approve(s, t, town["duty1"], uuid4().hex),
            lambda s, t=two, act=other: act(s, t, town["duty2"], uuid4().hex, comment="不"),
        )
        assert len(winners(results)) == 1
        losers = [one for one in results if isinstance(one, EngineError)]
        assert [type(one) for one in losers] == [AlreadyDecided]
        ring.check(case_id)
        approved = isinstance(results[0], Outcome)
        second = ring.count(Task.case_id == case_id, Task.node == "second")
        assert second == (1 if isinstance(results[0], Outcome) or other is workflow.approve else 0)
        assert losers[0].who == ("duty1" if approved else "duty2")


def test_a_double_click_decides_once(ring: Ring, flow: Any, town: Any) -> None:
    for _ in range(ROUNDS):
        case_id, one, _two = started(ring, flow)
        click = partial(workflow.approve, task_id=one, actor=town["duty1"], request_id=uuid4().hex)
        results = ring.at_once(click, click, click)
        assert len(winners(results)) == 1
        assert all(isinstance(one, Outcome) for one in results)
        ring.check(case_id)
        assert ring.count(Task.case_id == case_id, Task.node == "second") == 1
        assert ring.count(Event.case_id == case_id, Event.action == "approve", of=Event) == 1


def test_withdrawing_against_approving_leaves_one_outcome(ring: Ring, flow: Any, town: Any) -> None:
    outcomes = set()
    for _ in range(ROUNDS):
        case_id, one, _two = started(ring, flow)
        taken_back, approved = ring.at_once(
            lambda s, c=case_id: workflow.withdraw(s, c, town["teacher"], uuid4().hex),
            lambda s, t=one: workflow.approve(s, t, town["duty1"], uuid4().hex),
        )
        ring.check(case_id)
        if isinstance(taken_back, Outcome):
            assert isinstance(approved, AlreadyDecided)
            assert approved.who == "teacher"
            assert taken_back.status == "withdrawn"
        else:
            assert isinstance(taken_back, NotAllowedNow)
            assert isinstance(approved, Outcome)
        outcomes.add(type(approved))
    assert outcomes <= {Outcome, AlreadyDecided}


def test_a_double_click_starts_one_case(ring: Ring, flow: Any, town: Any) -> None:
    for _ in range(ROUNDS):
        request = uuid4().hex
        click = partial(
            workflow.start_case,
            definition_id=flow,
            starter=town["student"],
            form={"place": "x"},
            request_id=request,
        )
        results = ring.at_once(click, click)
        assert len(winners(results)) == 1
        assert len({one.number for one in results if isinstance(one, Outcome)}) == 1
        assert ring.count(Case.start_request == request, of=Case) == 1


def test_cases_started_at_once_have_different_numbers(ring: Ring, flow: Any, town: Any) -> None:
    people = ("teacher", "student", "driver", "loner")
    for _ in range(ROUNDS // 4):
        results = ring.at_once(
            *(
                lambda s, who=who: workflow.start_case(
                    s, flow, town[who], {"place": "x"}, uuid4().hex
                )
                for who in people
            )
        )
        numbers = {one.number for one in winners(results)}
        assert len(numbers) == len(people)


def test_sending_in_again_against_giving_up(ring: Ring, flow: Any, town: Any) -> None:
    for _ in range(ROUNDS):
        case_id, one, _two = started(ring, flow)
        fill = ring.work(lambda desk, c=case_id, t=one: _returned(desk, c, t))
        results = ring.at_once(
            lambda s, t=fill: workflow.resubmit(s, t, town["teacher"], uuid4().hex),
            lambda s, c=case_id: workflow.cancel(s, c, town["teacher"], uuid4().hex),
        )
        assert len(winners(results)) == 1
        ring.check(case_id)


def _returned(desk: Any, case_id: UUID, task: UUID) -> UUID:
    desk.act("return_to_fill", case_id, "duty1", task=task)
    return desk.task_of(case_id, "teacher")  # type: ignore[no-any-return]  # the desk is untyped here
