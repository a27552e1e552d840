"""Random flows × random acts × people coming and going keep the invariants of a case."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from tongban.db.session import start_writing
from tongban.toolkit import Person
from tongban_workflow import engine as workflow
from tongban_workflow.definitions import FILL, load
from tongban_workflow.engine import EngineError, FormChanged, NobodyToAssign, NotYours, Outcome
from tongban_workflow.models import ENDED, Case, Event, Task, Visit

PEOPLE = ("teacher", "szk_head", "rsc_head", "it_head", "duty1", "duty2", "it_admin", "operator")
MORTALS = ("szk_head", "it_head", "duty1", "duty2")

rules = st.sampled_from(
    [
        {"rule": "role", "role": "it_duty", "unit": "owner"},
        {"rule": "unit_head"},
        {"rule": "unit_head", "level": 2},
        {"rule": "unit_head", "of": "owner"},
        {"rule": "unit_head", "of": "kyc"},
        {"rule": "position", "name": "网络运维岗", "unit": "owner"},
        {"rule": "starter"},
        {"rule": "role", "role": "no_such_role", "unit": "owner"},
    ]
)
who = st.lists(rules, min_size=1, max_size=3)
on_empty = st.sampled_from(["pass", "admin", "parent_head"])
fields = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.sampled_from(["hidden", "read", "edit"]),
        "result": st.sampled_from(["edit", "required"]),
    },
)
returns = st.sampled_from([[], ["@fill"]])


def approves(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(name),
            "type": st.just("approve"),
            "name": st.just(name),
            "who": who,
            "on_empty": on_empty,
            "same_person": st.sampled_from(["none", "adjacent", "any"]),
            "starter_is_approver": st.sampled_from(["normal", "auto", "head"]),
            "fields": fields,
            "actions": st.fixed_dictionaries({"reject": st.booleans(), "return": returns}),
        }
    )


def handles(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(name),
            "type": st.just("handle"),
            "name": st.just(name),
            "who": who,
            "on_empty": on_empty,
            "fields": fields,
            "actions": st.fixed_dictionaries({"return": returns}),
        }
    )


def copies(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(name), "type": st.just("cc"), "name": st.just(name), "who": who}
    )


conditions = st.sampled_from(
    ["form.amount > 10", "form.amount < form.place", "starter.kind == 'staff'", "form.amount / 0"]
)


@st.composite
def sequences(draw: Any, numbers: Any, depth: int, least: int) -> list[dict[str, Any]]:
    """Draw blocks that follow each other; `numbers` gives each its own id."""
    kinds = [approves, approves, handles, copies]
    blocks = []
    for _ in range(draw(st.integers(least, 3))):
        name = f"n{next(numbers)}"
        choice = draw(st.integers(0, len(kinds) if depth else len(kinds) - 1))
        if choice < len(kinds):
            blocks.append(draw(kinds[choice](name)))
        else:
            blocks.append(draw(switches(numbers, name, depth)))
    return blocks


@st.composite
def switches(draw: Any, numbers: Any, name: str, depth: int) -> dict[str, Any]:
    """Draw a switch."""
    flows = [draw(sequences(numbers, depth - 1, 0)) for _ in range(draw(st.integers(2, 3)))]
    branches = [{"if": draw(conditions), "flow": flow} for flow in flows[:-1]]
    return {
        "id": name,
        "type": "switch",
        "name": name,
        "branches": [*branches, {"flow": flows[-1]}],
    }


@st.composite
def flows(draw: Any) -> dict[str, Any]:
    """Draw a whole flow."""
    return {
        "blocks": draw(sequences(itertools.count(1), 2, 1)),
        "withdraw": draw(st.sampled_from(["before_first_decision", "any", "never"])),
        "fill": {"fields": {"amount": "edit"}},
    }


ACTS = (
    "approve",
    "approve",
    "handle_done",
    "handle_done",
    "reject",
    "return_to_fill",
    "resubmit",
    "resubmit",
    "save",
    "withdraw",
    "cancel",
)


class Play:
    """One case, acted on at random; remembers what was done to do it again."""

    def __init__(self, desk: Any, invariants: Any, data: st.DataObject) -> None:
        self.desk = desk
        self.session: Session = desk.session
        self.data = data
        self.invariants = invariants
        self.done: list[tuple[str, UUID | None, str, dict[str, Any]]] = []
        self.case_id = UUID(int=0)

    def draw(self, strategy: st.SearchStrategy[Any]) -> Any:
        return self.data.draw(strategy)

    def start(self) -> bool:
        flow = self.draw(flows())
        definition = self.desk.publish(flow["blocks"], withdraw=flow["withdraw"], fill=flow["fill"])
        amount = self.draw(st.sampled_from([None, 1, 11.5, "x"]))
        try:
            self.case_id = self.desk.start(definition, amount=amount).case_id
        except NobodyToAssign:
            return False
        self.order = load(self.session, definition).flow.order
        self.check()
        return True

    def check(self) -> None:
        self.invariants(self.session, self.case_id)
        self._went_only_forward_in_each_round()

    def _went_only_forward_in_each_round(self) -> None:
        visits = self.session.execute(
            select(Visit.round, Visit.node).where(Visit.case_id == self.case_id).order_by(Visit.id)
        )
        for _round, group in itertools.groupby(visits, key=lambda row: row.round):
            places = [self.order.index(row.node) for row in group if row.node != FILL]
            assert places == sorted(set(places))

    def facts(self) -> tuple[Any, ...]:
        """Everything of the case that an act might change."""
        self.session.expire_all()
        case = self.session.get_one(Case, self.case_id)
        tasks = self.session.execute(
            select(Task.id, Task.status, Task.decision)
            .where(Task.case_id == self.case_id)
            .order_by(Task.id)
        )
        events = self.session.scalar(
            select(func.count()).select_from(Event).where(Event.case_id == self.case_id)
        )
        return case.status, case.form_rev, case.round, dict(case.form), list(tasks), events

    def tasks(self) -> list[Any]:
        return list(
            self.session.execute(
                select(Task.id, Task.assignee_name, Task.status, Task.kind)
                .where(Task.case_id == self.case_id, Task.status != "passed")
                .order_by(Task.id.desc())
            )
        )

    def act(self, act: str, task: UUID | None, name: str, more: dict[str, Any]) -> Any:
        """Carry out an act; return the outcome or the refusal, which must store nothing."""
        before = self.facts()
        result: Outcome | EngineError
        try:
            result = self.desk.act(act, self.case_id, name, task=task, **more)
        except EngineError as refusal:
            result = refusal
        if isinstance(result, EngineError) or result.replayed:
            assert self.facts() == before, result
        else:
            self.done.append((act, task, name, more))
            self._new_tasks_went_to_people_who_are_here({row[0] for row in before[4]})
        self.check()
        return result

    def _new_tasks_went_to_people_who_are_here(self, before: set[UUID]) -> None:
        rows = self.session.execute(
            select(Task.id, Person.status)
            .join(Person, Person.id == Task.assignee_id)
            .where(Task.case_id == self.case_id)
        )
        assert all(row.status == "active" for row in rows if row.id not in before)

    def random_act(self) -> None:
        tasks = self.tasks()
        if not tasks:  # the case passed through every step by itself
            return
        act = self.draw(st.sampled_from(ACTS))
        row = self.draw(st.sampled_from(tasks[:6]))
        wrong = self.draw(st.integers(0, 5)) == 0
        name = self.draw(st.sampled_from(PEOPLE)) if wrong else row.assignee_name
        if act in ("withdraw", "cancel") and not wrong:
            name = "teacher"
        more: dict[str, Any] = {"request_id": uuid4().hex}
        stale = False
        if act in ("approve", "handle_done", "resubmit", "save") and (
            act == "save" or self.draw(st.booleans())
        ):
            stale = self.draw(st.integers(0, 4)) == 0
            more["fields"] = {"result": "好", "amount": self.draw(st.integers(0, 20))}
            more["form_rev"] = self.desk.rev(self.case_id) - stale
        result = self.act(act, row.id, name, more)
        if act not in ("withdraw", "cancel") and name != row.assignee_name:
            assert isinstance(result, NotYours)
        if stale:
            assert not isinstance(result, Outcome)
        if isinstance(result, FormChanged):
            assert stale

    def repeat(self) -> None:
        """The same request again, at any later time, does nothing and gives no error."""
        if self.done:
            result = self.act(*self.draw(st.sampled_from(self.done)))
            assert isinstance(result, Outcome)
            assert result.replayed

    def somebody_leaves_or_returns(self) -> None:
        name = self.draw(st.sampled_from(MORTALS))
        self._set_status(name, self.draw(st.sampled_from(["active", "left"])))

    def _set_status(self, name: str, status: str) -> None:
        self.session.execute(
            update(Person).where(Person.id == self.desk.town[name].id).values(status=status)
        )

    def finish(self) -> None:
        """From wherever the case is, it can be brought to its end."""
        for name in MORTALS:
            self._set_status(name, "active")
        for _ in range(40):
            case = workflow.read_case(self.session, self.case_id, 0).case
            if case.status in ENDED:
                return
            row = next(row for row in self.tasks() if row.status == "todo")
            act = {"fill": "resubmit", "approve": "approve", "handle": "handle_done"}[row.kind]
            more = {"fields": {"result": "好"}, "form_rev": case.form_rev}
            result = self.act(act, row.id, row.assignee_name, {"request_id": uuid4().hex, **more})
            if isinstance(result, NobodyToAssign):
                return
            assert isinstance(result, Outcome), result
        raise AssertionError("the case does not end")


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_whatever_people_do_a_case_stays_sound(
    database: Engine, make_desk: Any, invariants: Any, data: st.DataObject
) -> None:
    """ARCHITECTURE 6: never no task and no end; decided once; one event an act."""
    with Session(database, expire_on_commit=False) as session:
        start_writing(session)
        play = Play(make_desk(session), invariants, data)
        if play.start():
            moves = [play.random_act] * 5 + [play.repeat, play.somebody_leaves_or_returns]
            for _ in range(data.draw(st.integers(0, 12))):
                data.draw(st.sampled_from(moves))()
            play.finish()
        session.rollback()
