"""What is read along with rows by the same statement: the category of each task."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from gql_api import models
from gql_api.repositories.statements import Build
from gql_api.shapes.category import Category
from gql_api.shapes.rows import Layout, layout
from gql_api.shapes.task import CATEGORY, Task

TellCategories: TypeAlias = Callable[[Callable[[], Mapping[int, Category]]], None]
"""Is told how to make categories by their ids, as the database has them."""

Fields: TypeAlias = frozenset[str] | None
"""Those that are looked at, for who reads no more; None for all."""

_CATEGORY = aliased(models.Category)


@cache
def with_category(build: Build, fields: Fields) -> Build:
    """Return what builds the same statement of tasks with a further, last column: the row of each one's category."""

    def both(*arguments: Any) -> Select[Any]:
        tasks: Select[Any] = build(*arguments)
        return tasks.add_columns(category_of(tasks.selected_columns["category_id"], fields))

    return both


def category_of(id: ColumnElement[Any], fields: Fields) -> ColumnElement[Any]:
    """Return the row of the category of this id."""
    columns = [getattr(_CATEGORY, name) for name in _names(fields)]
    # No join: that would be free to change the order of rows, and be made for those beyond the page, too.
    return select(func.row(*columns)).where(_CATEGORY.id == id).correlate_except(_CATEGORY).scalar_subquery()


def categories(rows: Iterable[Any], fields: Fields) -> dict[int, Category]:
    """Return the categories in the last columns of rows, by their ids, with these fields alone."""
    make = _layout(fields).make
    return {id: make(row) for id, row in {row[-1][0]: row[-1] for row in rows if row[-1] is not None}.items()}


@cache
def layout_with_category(names: tuple[str, ...] | None, fields: Fields) -> Layout:
    """Return the layout of rows of tasks, of which these fields are read, with this last column."""
    return layout(Task, names, within=((CATEGORY, -1, _layout(fields)),))


def _layout(fields: Fields) -> Layout:
    return layout(Category, _names(fields))


@cache
def _names(fields: Fields) -> tuple[str, ...]:
    """Return the fields in their order, with the id first of all."""
    return ("id", *(name for name in Category.model_fields if name != "id" and (fields is None or name in fields)))
