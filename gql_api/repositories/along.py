"""What is read along with rows by the same statement: the category of each task."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from gql_api import models
from gql_api.repositories.statements import Build
from gql_api.shapes.category import Category
from gql_api.shapes.construct import constructor

TellCategories: TypeAlias = Callable[[Mapping[int, Category]], None]
"""Is told of categories by their ids, as the database has them."""

_CATEGORY = aliased(models.Category)
_COLUMNS = [getattr(_CATEGORY, name) for name in Category.model_fields]
_ID = list(Category.model_fields).index("id")
_shape = constructor(Category)


@cache
def with_category(build: Build) -> Build:
    """Return what builds the same statement of tasks with a further, last column: the row of each one's category."""

    def both(*arguments: Any) -> Select[Any]:
        tasks: Select[Any] = build(*arguments)
        # No join: that would be free to change the order of rows, and be made for those beyond the page, too.
        category = select(func.row(*_COLUMNS)).where(_CATEGORY.id == tasks.selected_columns["category_id"])
        return tasks.add_columns(category.correlate_except(_CATEGORY).scalar_subquery())

    return both


def categories(rows: Iterable[Any]) -> dict[int, Category]:
    """Return the categories in the last columns of rows, by their ids."""
    found: dict[int, Category] = {}
    for row in rows:
        category = row[-1]
        if category is not None and category[_ID] not in found:
            found[category[_ID]] = _shape(category)
    return found
