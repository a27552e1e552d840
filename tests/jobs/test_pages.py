"""Operators see what runs, what failed and why, and try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.models import AuditEvent
from tongban.jobs import schedules
from tongban.jobs.models import Job
from tongban.jobs.registry import JobKind, JobRegistry, ScheduleSpec
from tongban.jobs.runner import run_pending
from tongban.jobs.services import enqueue
from tongban.testing.factories import Campus, MadePerson
from tongban.testing.statements import StatementCounter
from tongban.web.runtime import Runtime

UseJobs = Callable[..., JobRegistry]

LIST = "/console/jobs"


@pytest.fixture
def operator(campus: Campus) -> MadePerson:
    person = campus.person("操作员")
    campus.grant(person, "operator")
    return person


@pytest.fixture
def dead_job(runtime: Runtime, db: Session, recorder: Any, use_jobs: UseJobs) -> int:
    """A job that was given up."""
    kind = JobKind("test.job", recorder.fails, max_attempts=1, title="同步名单")
    use_jobs(runtime, kind, schedules=(ScheduleSpec("test.nightly", "0 18 * * *", "test.job"),))
    job_id = enqueue(db, "test.job", {"number": 7, "sms_token": "s3cr3t"})
    assert job_id is not None
    db.commit()
    run_pending(runtime)
    return job_id


def actions(db: Session) -> list[str]:
    statement = select(AuditEvent.action).order_by(AuditEvent.id)
    return [action for action in db.scalars(statement) if action.startswith(("job.", "schedule."))]


def submit(page: Any, ending: str) -> Any:
    form = next(form for form in page.forms.values() if form.action.endswith(ending))
    return form.submit()


def test_a_dead_job_is_shown_with_its_error_and_tried_again(
    app: Any, db: Session, operator: MadePerson, dead_job: int
) -> None:
    app.sign_in(operator)
    page = app.get(LIST)
    assert "同步名单" in page
    assert "no answer from the gateway" in page
    page = page.click("同步名单", href=str(dead_job))
    assert "Traceback" in page
    assert "s3cr3t" not in page
    page = submit(page, "/retry").follow()
    assert "等待中" in page
    assert db.execute(select(Job.state, Job.attempts)).one() == ("ready", 0)
    assert actions(db) == ["job.retry"]


def test_a_dead_job_can_be_discarded(
    app: Any, db: Session, operator: MadePerson, dead_job: int
) -> None:
    app.sign_in(operator)
    page = submit(app.get(f"{LIST}/{dead_job}"), "/discard").follow()
    assert "没有失败的任务" in page
    app.get(f"{LIST}/{dead_job}", status=404)
    assert actions(db) == ["job.discard"]


def test_a_job_that_is_no_longer_dead_is_not_retried(
    app: Any, db: Session, operator: MadePerson, dead_job: int
) -> None:
    app.sign_in(operator)
    page = app.get(f"{LIST}/{dead_job}")
    form = next(form for form in page.forms.values() if form.action.endswith("/retry"))
    db.execute(update(Job).values(state="done", finished_at=clock.now()))
    db.commit()
    answer = form.submit(status=409)
    assert "请刷新" in answer


@pytest.mark.parametrize("state", ["dead", "running", "ready", "done", "nonsense"])
def test_every_state_has_its_tab(
    app: Any, db: Session, operator: MadePerson, dead_job: int, state: str
) -> None:
    app.sign_in(operator)
    page = app.get(LIST, {"state": state, "kind": "test.job"})
    current = page.html.select(".tabs a[aria-current]")
    assert len(current) == 1
    shown = "同步名单" in page.html.find("main").find("section").text
    assert shown
    rows = page.html.select("tbody tr")
    assert len(rows) == (1 if state in ("dead", "nonsense") else 0)


def test_the_list_costs_few_statements(
    app: Any, db: Session, operator: MadePerson, dead_job: int, statements: StatementCounter
) -> None:
    app.sign_in(operator)
    for number in range(30):
        enqueue(db, "test.job", {"number": number})
    db.commit()
    with statements.counted() as seen:
        app.get(LIST, {"state": "ready"})
    assert seen.number <= 6, seen.texts


def test_a_long_wait_is_pointed_out(app: Any, db: Session, operator: MadePerson) -> None:
    enqueue(db, "audit.seal")
    db.execute(update(Job).values(run_at=clock.now().replace(year=2020)))
    db.commit()
    app.sign_in(operator)
    assert "请确认任务进程正在运行" in app.get(LIST)


def test_a_schedule_is_paused_resumed_and_run(
    app: Any, runtime: Runtime, db: Session, operator: MadePerson, dead_job: int
) -> None:
    schedules.tick(db, runtime.jobs)
    db.commit()
    app.sign_in(operator)
    page = app.get(f"{LIST}/schedules")
    assert "0 18 * * *" in page
    page = submit(page, "/pause").follow()
    assert "已暂停" in page
    page = submit(page, "/resume").follow()
    assert "启用" in page
    submit(page, "/run").follow()
    assert db.scalar(select(Job.kind).where(Job.state == "ready")) == "test.job"
    assert actions(db) == ["schedule.pause", "schedule.resume", "schedule.run"]


def test_unknown_jobs_and_schedules_are_not_found(
    app: Any, operator: MadePerson, dead_job: int
) -> None:
    app.sign_in(operator)
    token = {"csrf_token": app.csrf_token()}
    app.get(f"{LIST}/99999999", status=404)
    app.post(f"{LIST}/99999999/retry", token, status=404)
    app.post(f"{LIST}/schedules/no.such/pause", token, status=404)
    app.post(f"{LIST}/schedules/no.such/run", token, status=404)
    app.get(f"{LIST}/{dead_job}/retry", status=404)


def test_only_those_entitled_look_and_act(
    app: Any, db: Session, campus: Campus, dead_job: int
) -> None:
    app.get(LIST, status=303)
    stranger = campus.person()
    app.sign_in(stranger)
    app.get(LIST, status=403)
    app.get(f"{LIST}/{dead_job}", status=403)
    watcher = campus.person()
    campus.grant(watcher, campus.role("watcher", "console.enter", "jobs.view"))
    other = app.another()
    other.sign_in(watcher)
    assert "/retry" not in other.get(f"{LIST}/{dead_job}").text
    other.post(f"{LIST}/{dead_job}/retry", {"csrf_token": other.csrf_token()}, status=403)
    assert db.scalar(select(Job.state)) == "dead"
