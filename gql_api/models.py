"""The tables, with every rule that the database itself can hold.

The names of constraints are a contract: repositories translate a violation by its name. Text keys are computed in
Python (`shapes.text.text_key`) and compared under the collation "C", the same on every server.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column

UNICODE_SPACES = r"\u0009-\u000D\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
"""Unicode's White_Space characters, for a regular expression that means the same under every locale."""


def _line(column: str, longest: int) -> str:
    """Return the rule for one line of text: it has a visible character, and no more characters than `longest`."""
    return f"char_length({column}) BETWEEN 1 AND {longest} AND {column} ~ '[^{UNICODE_SPACES}]'"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text()}  # noqa: RUF012 - SQLAlchemy's own hook


class Row(Base):
    """An identity, and the three columns that every change maintains: here, and nowhere else.

    `onupdate` fires for each UPDATE that SQLAlchemy sends, and none is sent when nothing changes.
    `statement_timestamp()` and not `now()`: the row's lock may have been waited for since the transaction began.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, sort_order=-1)
    version: Mapped[int] = mapped_column(server_default=text("1"), onupdate=text("version + 1"), sort_order=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.statement_timestamp(), sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.statement_timestamp(), onupdate=func.statement_timestamp(), sort_order=1
    )


class NamedRow(Row):
    """A row that is known by its name, unique by the name's key."""

    __abstract__ = True

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(Text(collation="C"))


class Category(NamedRow):
    __tablename__ = "categories"

    color: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("name_key"),
        CheckConstraint(_line("name", 100), name="name"),
        CheckConstraint("name_key <> ''", name="name_key"),
        CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="color"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
    )


class Task(Row):
    __tablename__ = "tasks"

    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(Text(collation="C"))
    description: Mapped[str | None]
    completed: Mapped[bool] = mapped_column(server_default=text("false"))
    completed_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    due_at: Mapped[datetime | None]
    # What is searched in each text, as `shapes.search.search_vector` makes it.
    title_words: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))
    description_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    description_words: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))
    # RESTRICT: what becomes of a category's tasks is said by the client and done by the repository, version by version.
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="RESTRICT"))

    __table_args__ = (
        CheckConstraint(_line("title", 200), name="title"),
        CheckConstraint("title_key <> ''", name="title_key"),
        CheckConstraint("char_length(description) BETWEEN 1 AND 10000", name="description"),
        CheckConstraint("completed = (completed_at IS NOT NULL)", name="completed_at"),
        CheckConstraint("priority BETWEEN 0 AND 4", name="priority"),
        CheckConstraint("isfinite(due_at)", name="due_at"),
        CheckConstraint("isfinite(completed_at)", name="completed_at_finite"),
        CheckConstraint("(description IS NULL) = (description_key IS NULL)", name="description_key"),
        CheckConstraint("version >= 1", name="version"),
    )


class Moment(NamedTuple):
    """A column of times, and what stands for it where an absent time has to come first or last in an order.

    Nothing that is ordered, compared or kept in a cursor is then null, and one index serves each direction.
    """

    column: InstrumentedAttribute[Any]
    nulls_lowest: ColumnElement[Any]
    nulls_highest: ColumnElement[Any]


def always(column: InstrumentedAttribute[datetime]) -> Moment:
    """Return a column of times that are never absent."""
    return Moment(column, column.expression, column.expression)


def _sometimes(column: InstrumentedAttribute[datetime | None]) -> Moment:
    return Moment(column, func.coalesce(column, LOWEST), func.coalesce(column, HIGHEST))


LOWEST: ColumnElement[Any] = literal_column("'-infinity'::timestamptz")
HIGHEST: ColumnElement[Any] = literal_column("'infinity'::timestamptz")
DUE_AT, COMPLETED_AT = _sometimes(Task.due_at), _sometimes(Task.completed_at)


def _indexes_of_tasks() -> None:
    """Make an index for each order of tasks: of all, of the open or the completed ones, of those of one category.

    An order of which each page is read from an index does not grow slower with the number of tasks.
    """
    orders: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "created_at": Task.created_at,
        "updated_at": Task.updated_at,
        "due_at_first": DUE_AT.nulls_lowest,
        "due_at_last": DUE_AT.nulls_highest,
        "completed_at_first": COMPLETED_AT.nulls_lowest,
        "completed_at_last": COMPLETED_AT.nulls_highest,
        "title_key": Task.title_key,
        "priority": Task.priority,
        "completed": Task.completed,
    }
    for name, key in orders.items():
        Index(f"ix_tasks_{name}_id", key, Task.id)
        Index(f"ix_tasks_category_id_{name}_id", Task.category_id, key, Task.id)
        if name != "completed":
            Index(f"ix_tasks_completed_{name}_id", Task.completed, key, Task.id)
    Index("ix_tasks_category_id_id", Task.category_id, Task.id)  # by the names of categories
    Index("ix_tasks_words", Task.title_words.concat(Task.description_words), postgresql_using="gin")
    for text_column in (Task.title_key, Task.description_key):
        Index(
            f"ix_tasks_{text_column.key}_trigrams",
            text_column,
            postgresql_using="gin",
            postgresql_ops={text_column.key: "gin_trgm_ops"},
        )


_indexes_of_tasks()


class Tag(NamedRow):
    __tablename__ = "tags"

    __table_args__ = (
        UniqueConstraint("name_key"),
        CheckConstraint(_line("name", 50), name="name"),
        CheckConstraint("name_key <> ''", name="name_key"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "created_at", "id"),
    )


class TaskTag(Base):
    """That a task has a tag. It goes when either of them goes."""

    __tablename__ = "task_tags"

    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index(None, "tag_id", "task_id"),)


class IdempotencyKey(Base):
    """That a mutation field was called with a key: with which input, and what it created."""

    __tablename__ = "idempotency_keys"

    field: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    input_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.statement_timestamp())

    __table_args__ = (
        CheckConstraint("char_length(key) BETWEEN 1 AND 200", name="key"),
        CheckConstraint("octet_length(input_hash) = 32", name="input_hash"),
        Index(None, "created_at"),
    )
