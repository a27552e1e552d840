"""A small campus on a real database, and a desk at which tests act on cases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tongban.db.engine import make_engine
from tongban.db.session import start_writing
from tongban.models import metadata
from tongban.testing.databases import postgres_database, postgres_server
from tongban.toolkit import Appointment, Grant, OrgUnit, Person, Position, Role
from tongban_workflow import engine as workflow
from tongban_workflow.definitions import publish
from tongban_workflow.engine import Actor, Outcome
from tongban_workflow.models import AT_FILL, ENDED, Case, Event, Task, Visit

FORM = {
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "place": {"type": "string", "maxLength": 60},
            "kind": {"enum": ["wired", "wifi"]},
            "amount": {"type": "number"},
            "driver": {"type": "string"},
            "result": {"type": "string"},
            "secret": {"type": "string"},
        },
        "required": ["place"],
    },
    "layout": [
        {"field": "place", "widget": "text", "label": "地点"},
        {
            "field": "kind",
            "widget": "choice",
            "label": "类型",
            "options": [["wired", "有线"], ["wifi", "无线"]],
        },
        {"field": "amount", "widget": "money", "label": "金额"},
        {"field": "driver", "widget": "person", "label": "司机"},
        {"field": "result", "widget": "paragraph", "label": "处理结果"},
        {"field": "secret", "widget": "text", "label": "内部备注"},
    ],
    "title": "${form.place} ${form.kind}",
}


@dataclass
class Town:
    """Units by code and people by a short name, all of them committed."""

    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]


class TownBuilder:
    """Fills an empty database."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.town = Town()
        self._paths: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def unit(self, code: str, parent: str | None = None) -> None:
        row = OrgUnit(
            code=code,
            name=f"部门{code}",
            short_name=code,
            kind="department" if parent else "school",
            parent_id=self.town.units[parent] if parent else None,
            path="",
        )
        self.session.add(row)
        self.session.flush()
        row.path = f"{self._paths[parent] if parent else '/'}{row.id}/"
        self._paths[code] = row.path
        self.town.units[code] = row.id

    def person(self, name: str, unit: str, *, kind: str = "staff", status: str = "active") -> None:
        row = Person(
            number=f"2026{next(self._numbers):04d}",
            name=name,
            kind=kind,
            unit_id=self.town.units[unit],
            grade="2024" if kind == "student" else "",
            status=status,
        )
        self.session.add(row)
        self.session.flush()
        self.town.people[name] = Actor(row.id, name)

    def post(
        self,
        name: str,
        unit: str,
        post: str,
        rank: str = "member",
        *,
        starts: date = date(2020, 1, 1),
        ends: date | None = None,
    ) -> int:
        unit_id = self.town.units[unit]
        position = Position(unit_id=unit_id, name=post, rank=rank)
        self.session.add(position)
        self.session.flush()
        self.session.add(
            Appointment(
                person_id=self.town[name].id,
                unit_id=unit_id,
                position_id=position.id,
                rank=rank,
                starts_on=starts,
                ends_on=ends,
            )
        )
        self.session.flush()
        return position.id

    def grant(
        self, role: str, unit: str, *, person: str = "", position: int | None = None, **extra: Any
    ) -> None:
        row = self.session.scalar(select(Role).where(Role.key == role))
        if row is None:
            row = Role(key=role, name=role)
            self.session.add(row)
            self.session.flush()
        self.session.add(
            Grant(
                role_id=row.id,
                person_id=self.town[person].id if person else None,
                position_id=position,
                unit_id=self.town.units[unit],
                **extra,
            )
        )
        self.session.flush()


def build_town(session: Session) -> Town:
    """The school ayit with the IT centre xxhglzx, personnel rsc with its section szk, and kyc."""
    make = TownBuilder(session)
    for code, parent in [
        ("ayit", None),
        ("xxhglzx", "ayit"),
        ("rsc", "ayit"),
        ("szk", "rsc"),
        ("kyc", "ayit"),
        ("bj2401", "ayit"),
    ]:
        make.unit(code, parent)
    for name, unit in [
        ("president", "ayit"),
        ("rsc_head", "rsc"),
        ("rsc_deputy", "rsc"),
        ("szk_head", "szk"),
        ("teacher", "szk"),
        ("it_head", "xxhglzx"),
        ("duty1", "xxhglzx"),
        ("duty2", "xxhglzx"),
        ("it_admin", "xxhglzx"),
        ("operator", "xxhglzx"),
        ("driver", "kyc"),
        ("loner", "kyc"),
    ]:
        make.person(name, unit)
    make.person("student", "bj2401", kind="student")
    make.person("gone", "xxhglzx", status="left")
    make.post("president", "ayit", "校长", "head")
    make.post("rsc_head", "rsc", "处长", "head")
    make.post("rsc_deputy", "rsc", "副处长", "deputy")
    make.post("szk_head", "szk", "科长", "head")
    make.post("teacher", "szk", "前科长", "head", ends=date(2021, 1, 1))
    make.post("it_head", "xxhglzx", "主任", "head")
    make.post("gone", "xxhglzx", "副主任", "deputy")
    engineer = make.post("duty2", "xxhglzx", "网络运维岗")
    make.grant("it_duty", "xxhglzx", person="duty1")
    make.grant("it_duty", "xxhglzx", position=engineer)
    make.grant("it_duty", "xxhglzx", person="gone")
    make.grant("unit_admin", "xxhglzx", person="it_admin")
    make.grant("operator", "ayit", person="operator")
    make.grant("reader", "ayit", person="loner", reaches_subtree=False)
    session.commit()
    return make.town


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/engine.db"
        return
    with postgres_server(folder) as server, postgres_database(server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine on a database with the kernel's and the plugin's tables."""
    with _database(request.param, tmp_path_factory.mktemp("engine")) as url:
        engine = make_engine(url)
        metadata.create_all(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def town(database: Engine) -> Town:
    """The campus, committed."""
    with Session(database, expire_on_commit=False) as session:
        return build_town(session)


class Desk:
    """Acts on cases in one session; the names of people and acts are short."""

    def __init__(self, session: Session, town: Town) -> None:
        self.session = session
        self.town = town

    def publish(self, blocks: list[dict[str, Any]], **extra: Any) -> UUID:
        """Publish a flow of its own service item."""
        return publish(
            self.session,
            item_id=f"item-{uuid4().hex[:12]}",
            version="1.0.0",
            name="网络报修",
            owner_unit_id=self.town.units["xxhglzx"],
            number_prefix="BX",
            flow={"schema": 1, "flow": blocks, **extra},
            form=FORM,
        )

    def start(
        self, definition: UUID, who: str = "teacher", request: str = "", **form: Any
    ) -> Outcome:
        """Start a case."""
        values = {"place": "A-03 402", **form}
        return workflow.start_case(
            self.session, definition, self.town[who], values, request or uuid4().hex
        )

    def task_of(self, case_id: UUID, who: str, status: str = "todo") -> UUID:
        """Return the id of the person's latest task of the case in a status."""
        found = self.session.scalars(
            select(Task.id)
            .where(
                Task.case_id == case_id,
                Task.assignee_id == self.town[who].id,
                Task.status == status,
            )
            .order_by(Task.id.desc())
        ).first()
        assert found is not None, f"{who} has no {status} task"
        return found

    def act(
        self, act: str, case_id: UUID, who: str, *, task: UUID | None = None, **more: Any
    ) -> Outcome:
        """Carry out an act on the person's open task."""
        command = getattr(workflow, act)
        more.setdefault("request_id", uuid4().hex)
        if act in ("reject", "return_to_fill"):
            more.setdefault("comment", "理由")
        target = case_id if act in ("withdraw", "cancel") else task or self.task_of(case_id, who)
        result: Outcome = command(self.session, target, self.town[who], **more)
        return result

    def open(self, case_id: UUID) -> list[str]:
        """Return the names of people who have the case now, in order."""
        rows = workflow.open_tasks(self.session, [case_id]).get(case_id, [])
        return [row.assignee_name for row in rows]

    def statuses(self, case_id: UUID) -> dict[str, str]:
        """Return the status of everybody's latest task."""
        rows = self.session.execute(
            select(Task.assignee_name, Task.status).where(Task.case_id == case_id).order_by(Task.id)
        )
        return {row.assignee_name: row.status for row in rows}

    def actions(self, case_id: UUID) -> list[str]:
        """Return the actions of the timeline."""
        return [event.action for event in workflow.timeline(self.session, case_id)]

    def form(self, case_id: UUID) -> Mapping[str, Any]:
        """Return the stored form."""
        return workflow.read_case(self.session, case_id, 0).case.form

    def rev(self, case_id: UUID) -> int:
        """Return the form's revision."""
        return workflow.read_case(self.session, case_id, 0).case.form_rev

    def events(self, case_id: UUID) -> list[Event]:
        """Return the events themselves."""
        return list(
            self.session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.id))
        )


@pytest.fixture
def desk(database: Engine, town: Town) -> Iterator[Desk]:
    """A desk whose work is undone at the end."""
    with Session(database, expire_on_commit=False) as session:
        start_writing(session)
        yield Desk(session, town)
        session.rollback()


def approve_block(identifier: str, /, *who: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An approve block."""
    return {
        "id": identifier,
        "type": "approve",
        "name": identifier,
        "who": list(who),
        "on_empty": "admin",
        **more,
    }


@pytest.fixture
def step() -> Any:
    """The maker of approve blocks."""
    return approve_block


class Invariants:
    """What holds for a case after every act, whoever did it and however it went."""

    def __init__(self, session: Session, town: Town) -> None:
        self._session = session
        self._town = town

    def check(self, case_id: UUID) -> None:
        """Read the case's rows afresh and check them all."""
        self._session.expire_all()
        case = self._session.get_one(Case, case_id)
        tasks = self._rows(Task, case_id)
        visits = self._rows(Visit, case_id)
        events = self._rows(Event, case_id)
        self._somebody_has_it_or_it_ended(case, tasks)
        self._visits_are_open_where_tasks_are(visits, tasks)
        self._a_step_is_decided_once(visits, tasks)
        self._every_act_left_one_event(tasks, events)
        assert all(task.assignee_id != self._town["gone"].id for task in tasks)

    def _rows(self, table: Any, case_id: UUID) -> list[Any]:
        query = select(table).where(table.case_id == case_id).order_by(table.id)
        return list(self._session.scalars(query))

    def _somebody_has_it_or_it_ended(self, case: Any, tasks: list[Any]) -> None:
        todo = [task for task in tasks if task.status == "todo"]
        assert bool(todo) is (case.status not in ENDED)
        assert (case.finished_at is not None) is (case.status in ENDED)
        if case.status in AT_FILL:
            assert [(task.kind, task.assignee_id) for task in todo] == [("fill", case.starter_id)]
        else:
            assert all(task.kind in ("approve", "handle") for task in todo)
        assert all(task.round == case.round for task in todo)

    def _visits_are_open_where_tasks_are(self, visits: list[Any], tasks: list[Any]) -> None:
        active = {visit.id for visit in visits if visit.status == "active"}
        assert active == {task.visit_id for task in tasks if task.status == "todo"}
        assert len(active) <= 1
        assert all((visit.ended_at is None) is (visit.id in active) for visit in visits)

    def _a_step_is_decided_once(self, visits: list[Any], tasks: list[Any]) -> None:
        for visit in visits:
            inside = [task for task in tasks if task.visit_id == visit.id and task.kind != "cc"]
            decided = [task for task in inside if task.status in ("done", "passed")]
            assert len(decided) <= 1
            if visit.status == "active":
                assert {task.status for task in inside} == {"todo"}
            elif decided:
                assert all(task.status == "skipped" for task in inside if task not in decided)
            else:
                assert {task.status for task in inside} <= {"cancelled"}
            people = [task.assignee_id for task in inside]
            assert len(people) == len(set(people))

    def _every_act_left_one_event(self, tasks: list[Any], events: list[Any]) -> None:
        requests = [event.request_id for event in events if event.request_id]
        assert len(requests) == len(set(requests))
        said = {"return": "return", "submit": "resubmit"}
        for task in tasks:
            acts = [e.action for e in events if e.task_id == task.id and e.action != "save"]
            if task.status == "done" and task.decision != "cancel":
                assert acts == [said.get(task.decision, task.decision)]
                assert all(e.actor_id == task.assignee_id for e in events if e.task_id == task.id)
            else:
                assert acts == []


@pytest.fixture(scope="session")
def invariants(town: Town) -> Any:
    """The checker of a case's invariants, given a session."""
    return lambda session, case_id: Invariants(session, town).check(case_id)


@pytest.fixture(scope="session")
def make_desk(town: Town) -> Any:
    """The maker of desks on sessions of the test's own."""
    return lambda session: Desk(session, town)
