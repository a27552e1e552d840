"""Items and how they are sorted, favourites, visits, connected systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "hall_0001"
down_revision = None
branch_labels = ("hall",)

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hall_system",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("pinyin", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("tone", sa.String(length=12), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("for_student", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_system")),
        sa.UniqueConstraint("key", name=op.f("uq_hall_system_key")),
    )
    op.create_table(
        "hall_item",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("package_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("summary", sa.String(length=120), nullable=False),
        sa.Column("pinyin", sa.String(length=300), nullable=False),
        sa.Column("initials", sa.String(length=60), nullable=False),
        sa.Column("keywords", sa.String(length=300), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("tone", sa.String(length=12), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("for_student", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("guide", Json, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("visits", BigInt, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('listed', 'retired')", name=op.f("ck_hall_item_status")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_hall_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_item")),
        sa.UniqueConstraint("key", name=op.f("uq_hall_item_key")),
    )
    op.create_index(op.f("ix_hall_item_unit_id"), "hall_item", ["unit_id"], unique=False)
    op.create_table(
        "hall_favourite",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("item_id", BigInt, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["hall_item.id"],
            name=op.f("fk_hall_favourite_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hall_favourite_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "item_id", name=op.f("pk_hall_favourite")),
    )
    op.create_table(
        "hall_item_stage",
        sa.Column("item_id", BigInt, nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["hall_item.id"],
            name=op.f("fk_hall_item_stage_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "stage", name=op.f("pk_hall_item_stage")),
    )
    op.create_table(
        "hall_item_theme",
        sa.Column("item_id", BigInt, nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["hall_item.id"],
            name=op.f("fk_hall_item_theme_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "theme", name=op.f("pk_hall_item_theme")),
    )
    op.create_table(
        "hall_item_visit",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("item_id", BigInt, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["hall_item.id"],
            name=op.f("fk_hall_item_visit_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hall_item_visit_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "item_id", name=op.f("pk_hall_item_visit")),
    )
    op.create_index(
        "ix_hall_item_visit_recent", "hall_item_visit", ["person_id", "last_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_hall_item_visit_recent", table_name="hall_item_visit")
    op.drop_table("hall_item_visit")
    op.drop_table("hall_item_theme")
    op.drop_table("hall_item_stage")
    op.drop_table("hall_favourite")
    op.drop_index(op.f("ix_hall_item_unit_id"), table_name="hall_item")
    op.drop_table("hall_item")
    op.drop_table("hall_system")
