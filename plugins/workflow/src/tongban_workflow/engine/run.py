"""One command at work on one case: reads first, decides in memory, writes at the end.

Nothing is written until `flush`, so an act that is refused on the way leaves nothing behind, and
an approval costs a fixed handful of statements however many steps it passes through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Update
from sqlalchemy.orm import Session

from tongban.toolkit import clock, uuid7
from tongban_workflow.assignees import Approvals, Asked, Candidate
from tongban_workflow.definitions import FILL, Definition
from tongban_workflow.engine.errors import TaskNotFound
from tongban_workflow.engine.happenings import (
    Actor,
    CaseHappening,
    HappeningKind,
    Outcome,
)
from tongban_workflow.engine.state import CaseState, Consequence, TaskState, VisitState
from tongban_workflow.engine.statements import CANCEL_OPEN, DECIDE_FIRST
from tongban_workflow.expressions import Environment


class Closing(NamedTuple):
    """A guarded update of tasks: it must change exactly `expected` rows."""

    statement: Update
    params: dict[str, Any]
    expected: int


class Told(NamedTuple):
    """A happening before the case has its number."""

    kind: HappeningKind
    step: str
    people: tuple[int, ...]
    tasks: tuple[UUID, ...]
    outcome: str
    comment: str


class Run:
    """The state of one command."""

    def __init__(
        self,
        session: Session,
        case: CaseState,
        definition: Definition,
        actor: Actor,
        request_id: str,
        tasks: Iterable[TaskState] = (),
    ) -> None:
        self.session = session
        self.connection = session.connection()
        self.now = clock.now()
        self.case = case
        self.definition = definition
        self.flow = definition.flow
        self.actor = actor
        self.request_id = request_id
        self.tasks = list(tasks)
        self.new_tasks: list[TaskState] = []
        self.visits: dict[UUID, VisitState] = {}
        self.closings: list[Closing] = []
        self.events: list[Consequence] = []
        self.case_changed = False
        self._told: list[Told] = []

    # --- reading ------------------------------------------------------------------------------

    def task(self, task_id: UUID) -> TaskState:
        """Return a task of the case. Raises TaskNotFound."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise TaskNotFound

    def open_tasks(self) -> list[TaskState]:
        """Return what somebody has to do now."""
        return [task for task in self.tasks if task.status == "todo"]

    def asked(self) -> Asked:
        """Return the case as the rules for people see it."""
        return Asked(
            connection=self.connection,
            starter_id=self.case.starter_id,
            starter_unit_id=self.case.starter_unit_id,
            owner_unit_id=self.case.owner_unit_id,
            form=self.case.form,
            now=self.now,
            today=clock.today(),
        )

    def environment(self) -> Environment:
        """Return the case as conditions see it."""
        return Environment(self.case.form, self.case.starter_facts, clock.today())

    def approvals(self) -> Approvals:
        """Return who approved in this round, and who did last if that was an approval."""
        decided = [
            task
            for task in self.tasks
            if task.round == self.case.round
            and task.kind in ("approve", "handle")
            and task.status in ("done", "passed")
        ]
        people = frozenset(task.assignee_id for task in decided if task.decision == "approve")
        latest = max(decided, key=lambda task: (task.done_at, task.id), default=None)
        approved = latest is not None and latest.decision == "approve"
        return Approvals(people, latest.assignee_id if latest and approved else None)

    # --- changing -----------------------------------------------------------------------------

    def note(
        self,
        action: str,
        *,
        node: str = "",
        step: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Note what the system did as a consequence of the act."""
        self.events.append(
            Consequence(None, None, "", action, node, step, None, "", dict(data or {}))
        )

    def note_act(
        self,
        action: str,
        *,
        task: TaskState | None = None,
        comment: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Note the act itself, under the request's id."""
        self.events.append(
            Consequence(
                self.request_id,
                self.actor.id,
                self.actor.name,
                action,
                task.node if task else FILL,
                task.step if task else "",
                task.id if task else None,
                comment,
                dict(data or {}),
            )
        )

    def tell(
        self,
        kind: HappeningKind,
        *,
        step: str = "",
        tasks: Iterable[TaskState] = (),
        people: Iterable[int] = (),
        outcome: str = "",
        comment: str = "",
    ) -> None:
        """Note something that people may be told: about `tasks` to their people, or to `people`."""
        concerned = tuple(tasks)
        told = tuple(task.assignee_id for task in concerned) or tuple(people)
        ids = tuple(task.id for task in concerned)
        self._told.append(Told(kind, step, told, ids, outcome, comment))

    def open_visit(self, node: str) -> VisitState:
        """Enter a step."""
        visit = VisitState(uuid7(), node, self.case.round, "active")
        self.visits[visit.id] = visit
        return visit

    def end_visit(self, visit: VisitState, status: str) -> None:
        """Leave a step."""
        self.visits[visit.id] = visit._replace(status=status)

    def add_tasks(
        self,
        visit: VisitState,
        step: str,
        kind: str,
        people: Iterable[Candidate],
        *,
        status: str = "todo",
        decision: str | None = None,
    ) -> list[TaskState]:
        """Give a visit's work to people."""
        added = [
            TaskState(
                id=uuid7(),
                visit_id=visit.id,
                node=visit.node,
                round=visit.round,
                kind=kind,
                assignee_id=person.id,
                assignee_name=person.name,
                status=status,
                decision=decision,
                step=step,
                done_at=self.now if status == "passed" else None,
            )
            for person in people
        ]
        self.tasks += added
        self.new_tasks += added
        return added

    def decide_first(self, task: TaskState, decision: str, visit_status: str) -> None:
        """Let this task decide its visit: the others of the visit are skipped."""
        siblings = [one for one in self.open_tasks() if one.visit_id == task.visit_id]
        for sibling in siblings:
            sibling.status = "done" if sibling is task else "skipped"
            sibling.done_at = self.now
        task.decision = decision
        params = {
            "of_case": self.case.id,
            "of_visit": task.visit_id,
            "of_task": task.id,
            "to_decision": decision,
            "at": self.now,
        }
        self.closings.append(Closing(DECIDE_FIRST, params, len(siblings)))
        self.end_visit(_visit_of(task), visit_status)

    def cancel_open(self) -> list[TaskState]:
        """Take back everything open in the case, and return it."""
        cancelled = self.open_tasks()
        if not cancelled:
            return []
        for task in cancelled:
            task.status, task.done_at = "cancelled", self.now
            self.end_visit(_visit_of(task), "cancelled")
        params = {"of_case": self.case.id, "at": self.now}
        self.closings.append(Closing(CANCEL_OPEN, params, len(cancelled)))
        return cancelled

    def set_status(self, status: str) -> None:
        """Change where the case stands."""
        self.case.status = status
        self.case_changed = True

    def finish(self, status: str) -> None:
        """End the case."""
        self.cancel_open()
        self.set_status(status)
        self.case.finished_at = self.now
        if status != "cancelled":
            self.note("finish", data={"status": status})
            self.tell("finished", people=(self.case.starter_id,), outcome=status)

    def outcome(self, *, replayed: bool = False) -> Outcome:
        """Return the result for the caller."""
        happenings = () if replayed else tuple(self._happening(told) for told in self._told)
        return Outcome(self.case.id, self.case.number, self.case.status, replayed, happenings)

    def _happening(self, told: Told) -> CaseHappening:
        return CaseHappening(
            kind=told.kind,
            case_id=self.case.id,
            number=self.case.number,
            title=self.case.title,
            item_id=self.case.item_id,
            service_name=self.case.service_name,
            starter_id=self.case.starter_id,
            step=told.step,
            people=told.people,
            tasks=told.tasks,
            outcome=told.outcome,
            actor=self.actor,
            comment=told.comment,
        )


def _visit_of(task: TaskState) -> VisitState:
    return VisitState(task.visit_id, task.node, task.round, "active")
