"""Tables of the workflow plugin.

Statuses are short words, written as literals in queries so that the partial indexes apply. What
list pages show is copied onto the task, so that 待办, 已办 and 抄送 never join.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongban.toolkit import Base, BigInt, IntPk, JsonData, UtcDateTime

CASE_STATUSES = ("running", "returned", "withdrawn", "done", "rejected", "cancelled")
AT_FILL = frozenset({"returned", "withdrawn"})
ENDED = frozenset({"done", "rejected", "cancelled"})
VISIT_STATUSES = ("active", "done", "returned", "rejected", "cancelled")
TASK_STATUSES = ("todo", "done", "skipped", "cancelled", "passed", "unread", "read")
TASK_KINDS = ("approve", "handle", "fill", "cc")
DEFINITION_STATUSES = ("published", "retired")


def _only(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index on the rows that meet `where`, on both databases."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Form(Base):
    """A form as it was when a definition was published; shared by versions that did not change."""

    __tablename__ = "workflow_form"
    __table_args__ = (UniqueConstraint("key", "checksum"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    checksum: Mapped[str] = mapped_column(String(64))
    spec: Mapped[dict[str, Any]] = mapped_column(JsonData)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FlowDefinition(Base):
    """A published version of a service item's flow; immutable but for its status."""

    __tablename__ = "workflow_definition"
    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        _only(
            "uq_workflow_definition_published",
            "item_id",
            where="status = 'published'",
            unique=True,
        ),
        _one_of("status", DEFINITION_STATUSES),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    item_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    owner_unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    number_prefix: Mapped[str] = mapped_column(String(8))
    flow: Mapped[dict[str, Any]] = mapped_column(JsonData)
    form_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_form.id"))
    checksum: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Case(Base):
    """One running of a flow 办件. `round` counts how often it was sent in."""

    __tablename__ = "workflow_case"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("starter_id", "start_request"),
        Index("ix_workflow_case_starter", "starter_id", "created_at", "id"),
        Index("ix_workflow_case_owner", "owner_unit_id", "status", "created_at", "id"),
        Index("ix_workflow_case_definition_id_status", "definition_id", "status"),
        _one_of("status", CASE_STATUSES),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    definition_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_definition.id"))
    item_id: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    starter_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"))
    starter_name: Mapped[str] = mapped_column(String(60))
    starter_unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    starter_unit: Mapped[str] = mapped_column(String(80))
    starter_facts: Mapped[dict[str, Any]] = mapped_column(JsonData)
    start_request: Mapped[str] = mapped_column(String(64))
    owner_unit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("org_unit.id"))
    status: Mapped[str] = mapped_column(String(12))
    round: Mapped[int]
    form: Mapped[dict[str, Any]] = mapped_column(JsonData)
    form_rev: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Visit(Base):
    """The case at a step, once; returning and sending in again makes new ones."""

    __tablename__ = "workflow_visit"
    __table_args__ = (
        _only("ix_workflow_visit_active", "case_id", where="status = 'active'"),
        Index("ix_workflow_visit_case_id_node", "case_id", "node"),
        _one_of("status", VISIT_STATUSES),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_case.id"))
    node: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Task(Base):
    """Work for one person in a case, or a copy to read.

    `done`: this person acted. `skipped`: another did. `cancelled`: the case went elsewhere.
    `passed`: the step passed by itself in this person's name.
    """

    __tablename__ = "workflow_task"
    __table_args__ = (
        _only("ix_workflow_task_todo", "assignee_id", "created_at", "id", where="status = 'todo'"),
        _only("ix_workflow_task_done", "assignee_id", "done_at", "id", where="status = 'done'"),
        _only("ix_workflow_task_copied", "assignee_id", "created_at", "id", where="kind = 'cc'"),
        _only("ix_workflow_task_unread", "assignee_id", where="status = 'unread'"),
        Index("ix_workflow_task_case_id", "case_id"),
        _one_of("status", TASK_STATUSES),
        _one_of("kind", TASK_KINDS),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_case.id"))
    visit_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_visit.id"))
    node: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    assignee_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"))
    assignee_name: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(12))
    decision: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    step: Mapped[str] = mapped_column(String(30))
    number: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(120))
    item_id: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(60))
    starter_id: Mapped[int] = mapped_column(BigInt)
    starter_name: Mapped[str] = mapped_column(String(60))
    starter_unit: Mapped[str] = mapped_column(String(80))
    owner_unit_id: Mapped[int] = mapped_column(BigInt)


class Event(Base):
    """What happened in a case, append-only. `request_id` None: a consequence, done by the system.

    `data`: form changes (`changed`: field to [old, new]), the branch taken, people copied.
    """

    __tablename__ = "workflow_event"
    __table_args__ = (
        UniqueConstraint("case_id", "request_id"),
        Index("ix_workflow_event_case_id_id", "case_id", "id"),
    )

    id: Mapped[IntPk]
    case_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("workflow_case.id"))
    request_id: Mapped[str | None] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("person.id"))
    actor_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(16))
    node: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(30))
    task_id: Mapped[UUID | None] = mapped_column(Uuid)
    comment: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JsonData)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NumberCounter(Base):
    """The last case number given out for a prefix on a day."""

    __tablename__ = "workflow_number"

    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Draft(Base):
    """What somebody typed into the form of a service and has not sent in, one a service.

    `entered` is the texts by control, as typed: a draft may hold what is not valid yet.
    """

    __tablename__ = "workflow_draft"
    __table_args__ = (UniqueConstraint("person_id", "item_id"),)

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"))
    item_id: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(60))
    entered: Mapped[dict[str, Any]] = mapped_column(JsonData)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Service(Base):
    """What a service package says of who may apply and how long it takes, beside its flow.

    `duration_days` are working days 工作日, 0 where nothing is promised.
    """

    __tablename__ = "workflow_service"

    item_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    for_staff: Mapped[bool]
    for_student: Mapped[bool]
    duration_days: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
