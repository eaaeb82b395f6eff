"""What is read along with rows by the same statement: the category of each task."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from gql_api import models
from gql_api.repositories.statements import Build
from gql_api.shapes.category import Category
from gql_api.shapes.rows import Layout, Rows, Within, layout
from gql_api.shapes.task import CATEGORY, Task

TellCategories: TypeAlias = Callable[[Callable[[], Mapping[int, Category]]], None]
"""Is told how to make categories by their ids, as the database has them."""

Fields: TypeAlias = frozenset[str] | None
"""Those that are looked at, for who reads no more; None for all."""

_CATEGORY = aliased(models.Category)


@cache
def with_category(build: Build, fields: Fields) -> Build:
    """Return what builds the same statement of tasks with what more is read of each one's category, at the end."""

    def both(*arguments: Any) -> Select[Any]:
        tasks: Select[Any] = build(*arguments)
        return tasks.add_columns(*category_of(tasks.selected_columns["category_id"], category_names(fields)))

    return both


def category_of(id: ColumnElement[Any], names: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return the column, if any, of what is read of the category of this id beside the id itself: one value, or a row
    where there are more, since that takes longer to send and to read.
    """
    if not _is_spread(names):
        return [category_row_of(id, names)]
    return [_selected(getattr(_CATEGORY, name), id) for name in names[1:]]


def category_row_of(id: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[Any]:
    """Return the row of the category of this id."""
    return _selected(func.row(*[getattr(_CATEGORY, name) for name in names]), id)


def _selected(read: Any, id: ColumnElement[Any]) -> ColumnElement[Any]:
    # No join: that would be free to change the order of rows, and be made for those beyond the page, too.
    return select(read).where(_CATEGORY.id == id).correlate_except(_CATEGORY).scalar_subquery()


def categories(tasks: Rows[Task]) -> dict[int, Category]:
    """Return the categories that were read along with tasks, by their ids, with what was read of them alone."""
    within = tasks.layout.within[CATEGORY]
    id, make = within.layout.places["id"], within.layout.make
    found = [row for row in map(within.of, tasks.rows) if row is not None]
    return {id: make(row) for id, row in {row[id]: row for row in found}.items()}


@cache
def layout_with_category(names: tuple[str, ...] | None, fields: Fields) -> Layout:
    """Return the layout of rows of tasks, of which these fields are read, with what is read of the category."""
    of_category = category_names(fields)
    if not _is_spread(of_category):
        return layout_with_category_row(names, fields)
    id = layout(Task, names).places["category_id"]
    spread = Within(id, layout(Category, of_category, at=(id, -1)[: len(of_category)]), spread=True)
    return layout(Task, names, within=((CATEGORY, spread),))


@cache
def layout_with_category_row(names: tuple[str, ...] | None, fields: Fields) -> Layout:
    """Return the layout of such rows with the category's row at the end."""
    return layout(Task, names, within=((CATEGORY, Within(-1, layout(Category, category_names(fields)))),))


@cache
def category_names(fields: Fields) -> tuple[str, ...]:
    """Return the fields in their order, with the id first of all."""
    return ("id", *(name for name in Category.model_fields if name != "id" and (fields is None or name in fields)))


def _is_spread(names: Sequence[str]) -> bool:
    """Whether so little is read of categories that it needs no row of its own: a task itself has the id."""
    return len(names) <= len(("id", "another"))
