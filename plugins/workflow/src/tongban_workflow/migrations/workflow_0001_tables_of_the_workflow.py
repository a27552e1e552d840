"""Tables of the workflow plugin: definitions, cases, visits, tasks, events, numbers, drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "workflow_0001"
down_revision = None
branch_labels = ("workflow",)

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "workflow_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_form")),
        sa.UniqueConstraint("key", "checksum", name=op.f("uq_workflow_form_key_checksum")),
    )
    op.create_table(
        "workflow_number",
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "day", name=op.f("pk_workflow_number")),
    )
    op.create_table(
        "workflow_service",
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("for_student", sa.Boolean(), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_workflow_service")),
    )
    op.create_table(
        "workflow_definition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("owner_unit_id", BigInt, nullable=False),
        sa.Column("number_prefix", sa.String(length=8), nullable=False),
        sa.Column("flow", Json, nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('published', 'retired')", name=op.f("ck_workflow_definition_status")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["workflow_form.id"], name=op.f("fk_workflow_definition_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["org_unit.id"], name=op.f("fk_workflow_definition_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_definition")),
        sa.UniqueConstraint(
            "item_id", "version", name=op.f("uq_workflow_definition_item_id_version")
        ),
    )
    op.create_index(
        "uq_workflow_definition_published",
        "workflow_definition",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("status = 'published'"),
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_table(
        "workflow_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("service_name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starter_id", BigInt, nullable=False),
        sa.Column("starter_name", sa.String(length=60), nullable=False),
        sa.Column("starter_unit_id", BigInt, nullable=False),
        sa.Column("starter_unit", sa.String(length=80), nullable=False),
        sa.Column("starter_facts", Json, nullable=False),
        sa.Column("start_request", sa.String(length=64), nullable=False),
        sa.Column("owner_unit_id", BigInt, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("form", Json, nullable=False),
        sa.Column("form_rev", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'returned', 'withdrawn', 'done', 'rejected', 'cancelled')",
            name=op.f("ck_workflow_case_status"),
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["workflow_definition.id"],
            name=op.f("fk_workflow_case_definition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["org_unit.id"], name=op.f("fk_workflow_case_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["starter_id"], ["person.id"], name=op.f("fk_workflow_case_starter_id")
        ),
        sa.ForeignKeyConstraint(
            ["starter_unit_id"], ["org_unit.id"], name=op.f("fk_workflow_case_starter_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_case")),
        sa.UniqueConstraint("number", name=op.f("uq_workflow_case_number")),
        sa.UniqueConstraint(
            "starter_id", "start_request", name=op.f("uq_workflow_case_starter_id_start_request")
        ),
    )
    op.create_index(
        "ix_workflow_case_definition_id_status",
        "workflow_case",
        ["definition_id", "status"],
        unique=False,
    )
    op.create_index(
        "ix_workflow_case_owner",
        "workflow_case",
        ["owner_unit_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_workflow_case_starter",
        "workflow_case",
        ["starter_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "workflow_draft",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("service_name", sa.String(length=60), nullable=False),
        sa.Column("entered", Json, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_workflow_draft_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_draft")),
        sa.UniqueConstraint(
            "person_id", "item_id", name=op.f("uq_workflow_draft_person_id_item_id")
        ),
    )
    op.create_table(
        "workflow_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("actor_id", BigInt, nullable=True),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=30), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_workflow_event_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["workflow_case.id"], name=op.f("fk_workflow_event_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_event")),
        sa.UniqueConstraint(
            "case_id", "request_id", name=op.f("uq_workflow_event_case_id_request_id")
        ),
    )
    op.create_index(
        "ix_workflow_event_case_id_id", "workflow_event", ["case_id", "id"], unique=False
    )
    op.create_table(
        "workflow_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('active', 'done', 'returned', 'rejected', 'cancelled')",
            name=op.f("ck_workflow_visit_status"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["workflow_case.id"], name=op.f("fk_workflow_visit_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_visit")),
    )
    op.create_index(
        "ix_workflow_visit_active",
        "workflow_visit",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "ix_workflow_visit_case_id_node", "workflow_visit", ["case_id", "node"], unique=False
    )
    op.create_table(
        "workflow_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("assignee_id", BigInt, nullable=False),
        sa.Column("assignee_name", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", sa.String(length=30), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("service_name", sa.String(length=60), nullable=False),
        sa.Column("starter_id", BigInt, nullable=False),
        sa.Column("starter_name", sa.String(length=60), nullable=False),
        sa.Column("starter_unit", sa.String(length=80), nullable=False),
        sa.Column("owner_unit_id", BigInt, nullable=False),
        sa.CheckConstraint(
            "kind IN ('approve', 'handle', 'fill', 'cc')", name=op.f("ck_workflow_task_kind")
        ),
        sa.CheckConstraint(
            "status IN ('todo', 'done', 'skipped', 'cancelled', 'passed', 'unread', 'read')",
            name=op.f("ck_workflow_task_status"),
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_workflow_task_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["workflow_case.id"], name=op.f("fk_workflow_task_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["workflow_visit.id"], name=op.f("fk_workflow_task_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_task")),
    )
    op.create_index("ix_workflow_task_case_id", "workflow_task", ["case_id"], unique=False)
    op.create_index(
        "ix_workflow_task_copied",
        "workflow_task",
        ["assignee_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("kind = 'cc'"),
        postgresql_where=sa.text("kind = 'cc'"),
    )
    op.create_index(
        "ix_workflow_task_done",
        "workflow_task",
        ["assignee_id", "done_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'done'"),
        postgresql_where=sa.text("status = 'done'"),
    )
    op.create_index(
        "ix_workflow_task_todo",
        "workflow_task",
        ["assignee_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'todo'"),
        postgresql_where=sa.text("status = 'todo'"),
    )
    op.create_index(
        "ix_workflow_task_unread",
        "workflow_task",
        ["assignee_id"],
        unique=False,
        sqlite_where=sa.text("status = 'unread'"),
        postgresql_where=sa.text("status = 'unread'"),
    )


def downgrade() -> None:
    op.drop_table("workflow_task")
    op.drop_table("workflow_visit")
    op.drop_table("workflow_event")
    op.drop_table("workflow_draft")
    op.drop_table("workflow_case")
    op.drop_table("workflow_definition")
    op.drop_table("workflow_service")
    op.drop_table("workflow_number")
    op.drop_table("workflow_form")
