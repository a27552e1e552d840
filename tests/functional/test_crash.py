"""kill -9 in the middle of 200 approvals: no case stuck, doubled or lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tests.functional.hostile.approving import ITEM

from tongban import clock
from tongban.audit.services import seal, verify
from tongban.db.migrations import upgrade_all
from tongban.jobs.models import Job
from tongban.jobs.runner import run_pending
from tongban.notifications.models import Delivery, Notification
from tongban.testing.databases import postgres_database
from tongban.testing.factories import Campus
from tongban.testing.plugin import Runtimes
from tongban.web.runtime import Runtime, build_runtime, use_keys
from tongban_workflow.definitions import publish
from tongban_workflow.models import Case, Event, Task, Visit

pytestmark = [pytest.mark.slow, pytest.mark.commits]

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "hostile" / "approving.py"
PLUGINS = ("workflow",)
CASES = 40
STEPS = ("step1", "step2", "step3", "step4", "step5")
APPROVALS = CASES * len(STEPS)
STARTER, DECIDERS = "20260100", ("20260101", "20260102", "20260103", "20260104")
# Between how many approvals each kill comes.
KILLS = ((5, 50), (60, 110), (120, 190))

FORM = {
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"place": {"type": "string", "maxLength": 60}},
        "required": ["place"],
    },
    "layout": [{"field": "place", "widget": "text", "label": "地点"}],
    "title": "${form.place}",
}


def step(name: str, kind: str) -> dict[str, Any]:
    """Return a step that any of the people on duty decides."""
    who = [{"rule": "role", "role": "duty", "unit": "owner"}]
    facts: dict[str, Any] = {"id": name, "type": kind, "name": name, "who": who}
    if kind == "approve":
        # The same people decide each step; none passes by itself.
        facts |= {"mode": "any", "same_person": "none", "starter_is_approver": "normal"}
    return {**facts, "on_empty": "admin"}


FLOW = {
    "schema": 1,
    "flow": [
        *(step(name, "approve") for name in STEPS[:-1]),
        step(STEPS[-1], "handle"),
        {
            "id": "tell",
            "type": "cc",
            "name": "抄送",
            "who": [{"rule": "role", "role": "duty", "unit": "owner"}],
        },
    ],
}


def fill(runtime: Runtime) -> None:
    """Make the people and publish the flow."""
    with runtime.unit_of_work() as session:
        campus = Campus(session, runtime)
        campus.role("duty")
        campus.person("林小满", number=STARTER, kind="student")
        for number in DECIDERS:
            campus.grant(campus.person(number=number), "duty")
        publish(
            session,
            item_id=ITEM,
            version="1.0.0",
            name="崩溃测试",
            owner_unit_id=campus.root.id,
            number_prefix="CT",
            flow=FLOW,
            form=FORM,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, runtimes: Runtimes, tmp_path: Path) -> Iterator[Runtime]:
    with _url(request.param, runtimes, tmp_path) as url:
        runtime = build_runtime(runtimes.settings(PLUGINS, url, {}))
        use_keys(runtime.settings)
        upgrade_all(runtime)
        fill(runtime)
        yield runtime
        runtime.close()


@contextmanager
def _url(kind: str, runtimes: Runtimes, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/crash.db"
        return
    with postgres_database(runtimes.server()) as url:
        yield url.render_as_string(hide_password=False)


@contextmanager
def process(runtime: Runtime) -> Iterator[subprocess.Popen[str]]:
    """Start a process that works on the cases; it is gone afterwards."""
    settings = runtime.settings
    environ = {
        **os.environ,
        "TONGBAN_DATABASE_URL": settings["database.url"],
        "TONGBAN_PLUGINS": " ".join(PLUGINS),
        "TONGBAN_FILES_FOLDER": str(settings["files.folder"]),
    }
    arguments = [str(ROOT / "etc" / "testing.ini"), str(CASES), STARTER, *DECIDERS]
    started = subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()
        if started.stdout is not None:
            started.stdout.close()


def count(session: Session, *conditions: Any) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def approvals(runtime: Runtime) -> int:
    with runtime.unit_of_work(writes=False) as session:
        return count(session, Event.action.in_(("approve", "handle")))


def kill_between(runtime: Runtime, least: int, most: int) -> None:
    """Let a process work until so many approvals are stored, and kill it in the next ones."""
    wanted = random.Random(f"{least}-{most}").randint(least, most)
    with process(runtime) as worker:
        deadline = time.monotonic() + 120
        while approvals(runtime) < wanted:
            assert worker.poll() is None, "the process ended before it was killed"
            assert time.monotonic() < deadline, "the process does not get on"
            time.sleep(0.01)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert approvals(runtime) < APPROVALS, "killed too late to be in the middle"


def work_to_the_end(runtime: Runtime) -> None:
    with process(runtime) as worker:
        output, _errors = worker.communicate(timeout=240)
    assert output.split("\n") == ["started", "finished", ""]
    # The leases of the killed processes run out, and others take their jobs over.
    with clock.travel(by=timedelta(minutes=20)):
        for _turn in range(5):
            run_pending(runtime, tick=True)


def test_nothing_is_stuck_doubled_or_lost(stage: Runtime) -> None:
    for least, most in KILLS:
        kill_between(stage, least, most)
    work_to_the_end(stage)
    with stage.unit_of_work(writes=False) as session:
        expect_every_case_done(session)
        expect_everything_once(session)
        expect_everybody_told_once(session)
        expect_jobs_done(session)
    with stage.unit_of_work() as session:
        seal(session, limit=100_000)
    with stage.unit_of_work(writes=False) as session:
        report = verify(session)
    assert report.fault is None
    assert report.sealed > 0


def expect_every_case_done(session: Session) -> None:
    """Nothing lost, nothing stuck: what was started has ended, and nothing waits for anybody."""
    assert Counter(session.scalars(select(Case.status))) == {"done": CASES}
    numbers = session.scalars(select(Case.number)).all()
    assert len(set(numbers)) == CASES
    assert count(session, Task.status == "todo") == 0
    assert count(session, Visit.status == "active") == 0


def expect_everything_once(session: Session) -> None:
    """Each step was come to once, decided by one person, and recorded once."""
    visits = session.execute(select(Visit.case_id, Visit.node)).all()
    steps = [(case_id, node) for case_id, node in visits if node in STEPS]
    assert len(steps) == len(set(steps)) == APPROVALS
    states = Counter(
        session.execute(select(Task.visit_id, Task.status).where(Task.node.in_(STEPS))).all()
    )
    decided = [number for (_visit, status), number in states.items() if status == "done"]
    assert decided == [1] * APPROVALS
    others = [number for (_visit, status), number in states.items() if status == "skipped"]
    assert others == [len(DECIDERS) - 1] * APPROVALS
    events = Counter(session.execute(select(Event.case_id, Event.action, Event.node)).all())
    acts = {key: number for key, number in events.items() if key[1] in ("approve", "handle")}
    assert len(acts) == APPROVALS
    assert set(acts.values()) == {1}
    for action in ("start", "finish", "copy"):
        found = [number for (_case, name, _node), number in events.items() if name == action]
        assert found == [1] * CASES, action


def expect_everybody_told_once(session: Session) -> None:
    kinds = Counter(session.scalars(select(Notification.kind)))
    assert kinds == {
        "workflow.task": APPROVALS,
        "workflow.copy": CASES,
        "workflow.finished": CASES,
    }
    assert set(session.scalars(select(Delivery.state))) == {"sent"}


def expect_jobs_done(session: Session) -> None:
    states = Counter(session.execute(select(Job.kind, Job.state)).all())
    delivered = {state: number for (kind, state), number in states.items() if "deliver" in kind}
    assert delivered == {"done": APPROVALS + 2 * CASES}
    assert {state for (_kind, state), _number in states.items()} == {"done"}, states
