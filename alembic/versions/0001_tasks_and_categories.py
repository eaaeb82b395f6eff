"""tasks and categories"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("statement_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("statement_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 100 AND name ~ '[^\\u0009-\\u000D\\u001C-\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]'",
            name=op.f("ck_categories_name"),
        ),
        sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name=op.f("ck_categories_color")),
        sa.CheckConstraint("name_key <> ''", name=op.f("ck_categories_name_key")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_categories_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name_key", name=op.f("uq_categories_name_key")),
    )
    op.create_index(op.f("ix_categories_created_at_id"), "categories", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_categories_updated_at_id"), "categories", ["updated_at", "id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("completed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("statement_timestamp()"), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("statement_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "char_length(title) BETWEEN 1 AND 200 AND title ~ '[^\\u0009-\\u000D\\u001C-\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]'",
            name=op.f("ck_tasks_title"),
        ),
        sa.CheckConstraint("title_key <> ''", name=op.f("ck_tasks_title_key")),
        sa.CheckConstraint("char_length(description) BETWEEN 1 AND 10000", name=op.f("ck_tasks_description")),
        sa.CheckConstraint("completed = (completed_at IS NOT NULL)", name=op.f("ck_tasks_completed_at")),
        sa.CheckConstraint("isfinite(due_at)", name=op.f("ck_tasks_due_at")),
        sa.CheckConstraint("priority BETWEEN 0 AND 4", name=op.f("ck_tasks_priority")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_tasks_version")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_tasks_category_id_categories"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(
        op.f("ix_tasks_category_id_created_at_id"), "tasks", ["category_id", "created_at", "id"], unique=False
    )
    op.create_index(op.f("ix_tasks_completed_at_id"), "tasks", ["completed_at", "id"], unique=False)
    op.create_index(op.f("ix_tasks_completed_created_at_id"), "tasks", ["completed", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_tasks_created_at_id"), "tasks", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_tasks_due_at_id"), "tasks", ["due_at", "id"], unique=False)
    op.create_index(op.f("ix_tasks_priority_id"), "tasks", ["priority", "id"], unique=False)
    op.create_index(op.f("ix_tasks_title_key_id"), "tasks", ["title_key", "id"], unique=False)
    op.create_index(op.f("ix_tasks_updated_at_id"), "tasks", ["updated_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_tasks_updated_at_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_title_key_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_priority_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_due_at_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_created_at_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_completed_created_at_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_completed_at_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_category_id_created_at_id"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_categories_updated_at_id"), table_name="categories")
    op.drop_index(op.f("ix_categories_created_at_id"), table_name="categories")
    op.drop_table("categories")
