"""The stock application's entities: of our tables what it reads and writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, FetchedValue, ForeignKey, Identity, func, literal_column
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy's own hook


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]


class TaskTag(Base):
    __tablename__ = "task_tags"

    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)


def _lower(column: str) -> Any:
    def made(context: DefaultExecutionContext) -> str | None:
        text: str | None = context.get_current_parameters()[column]  # type: ignore[no-untyped-call]
        return text and text.lower()

    return made


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(default=_lower("title"))
    description: Mapped[str | None]
    description_key: Mapped[str | None] = mapped_column(default=_lower("description"))
    completed: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))


def has_words(search: str) -> ColumnElement[bool]:
    """Return the condition of a search, which an index serves. The words themselves are no part of an entity."""
    words: ColumnElement[Any] = literal_column("(title_words || description_words)", TSVECTOR)
    return words.op("@@", is_comparison=True)(func.websearch_to_tsquery("simple", search))
