"""search and orders"""

import unicodedata
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BATCH = 1_000


def upgrade() -> None:
    # A trusted extension: who owns the database may create it. It stays on the way down, where others may use it too.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column(
        "tasks", sa.Column("title_words", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("tasks", sa.Column("description_key", sa.Text(collation="C"), nullable=True))
    op.add_column(
        "tasks", sa.Column("description_words", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False)
    )
    for name, _ in OLD_INDEXES:
        op.drop_index(name, table_name="tasks")
    fill()
    op.create_check_constraint(
        op.f("ck_tasks_description_key"), "tasks", "(description IS NULL) = (description_key IS NULL)"
    )
    op.create_check_constraint(op.f("ck_tasks_completed_at_finite"), "tasks", "isfinite(completed_at)")
    for name, columns in NEW_INDEXES:
        op.create_index(name, "tasks", [sa.text(column) for column in columns], unique=False)
    op.create_index("ix_tasks_words", "tasks", [sa.text("(title_words || description_words)")], postgresql_using="gin")
    for column in ("title_key", "description_key"):
        op.create_index(
            f"ix_tasks_{column}_trigrams",
            "tasks",
            [column],
            postgresql_using="gin",
            postgresql_ops={column: "gin_trgm_ops"},
        )


def downgrade() -> None:
    for name in ("ix_tasks_words", "ix_tasks_title_key_trigrams", "ix_tasks_description_key_trigrams"):
        op.drop_index(name, table_name="tasks")
    for name, _ in NEW_INDEXES:
        op.drop_index(name, table_name="tasks")
    op.drop_constraint("ck_tasks_completed_at_finite", "tasks")
    op.drop_constraint("ck_tasks_description_key", "tasks")
    for column in ("description_words", "description_key", "title_words"):
        op.drop_column("tasks", column)
    for name, columns in OLD_INDEXES:
        op.create_index(name, "tasks", columns, unique=False)


OLD_INDEXES = [
    ("ix_tasks_category_id_created_at_id", ["category_id", "created_at", "id"]),
    ("ix_tasks_completed_at_id", ["completed_at", "id"]),
    ("ix_tasks_completed_created_at_id", ["completed", "created_at", "id"]),
    ("ix_tasks_created_at_id", ["created_at", "id"]),
    ("ix_tasks_due_at_id", ["due_at", "id"]),
    ("ix_tasks_priority_id", ["priority", "id"]),
    ("ix_tasks_title_key_id", ["title_key", "id"]),
    ("ix_tasks_updated_at_id", ["updated_at", "id"]),
]

ORDERS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "due_at_first": "coalesce(due_at, '-infinity'::timestamptz)",
    "due_at_last": "coalesce(due_at, 'infinity'::timestamptz)",
    "completed_at_first": "coalesce(completed_at, '-infinity'::timestamptz)",
    "completed_at_last": "coalesce(completed_at, 'infinity'::timestamptz)",
    "title_key": "title_key",
    "priority": "priority",
    "completed": "completed",
}


def new_indexes() -> Iterator[tuple[str, list[str]]]:
    for name, key in ORDERS.items():
        yield f"ix_tasks_{name}_id", [key, "id"]
        yield f"ix_tasks_category_id_{name}_id", ["category_id", key, "id"]
        if name != "completed":
            yield f"ix_tasks_completed_{name}_id", ["completed", key, "id"]
    yield "ix_tasks_category_id_id", ["category_id", "id"]


NEW_INDEXES = list(new_indexes())


def fill() -> None:
    """Give the tasks that are there already what is made of their texts."""
    connection = op.get_bind()
    last = 0
    update = sa.text(
        "UPDATE tasks SET title_words = new.title_words::tsvector, description_key = new.description_key,"
        " description_words = new.description_words::tsvector"
        " FROM unnest(CAST(:ids AS bigint[]), CAST(:titles AS text[]), CAST(:keys AS text[]), CAST(:words AS text[]))"
        " AS new(id, title_words, description_key, description_words) WHERE tasks.id = new.id"
    )
    some = sa.text("SELECT id, title, description FROM tasks WHERE id > :last ORDER BY id LIMIT :batch")
    while rows := connection.execute(some, {"last": last, "batch": BATCH}).all():
        connection.execute(
            update,
            {
                "ids": [row.id for row in rows],
                "titles": [vector(row.title, "A") for row in rows],
                "keys": [None if row.description is None else fold(row.description) for row in rows],
                "words": [vector(row.description or "", "B") for row in rows],
            },
        )
        last = rows[-1].id


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def vector(text: str, weight: str) -> str:
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in fold(text)).split()
    return " ".join(f"'{word[:255]}':{place}{weight}" for place, word in enumerate(words, start=2))
