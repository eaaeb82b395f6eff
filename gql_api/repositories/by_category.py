"""Tasks in the order of their categories' names, read from indexes.

A join of tasks and categories in this order sorts all tasks. Here each category, in the order of names, gives no more
of its tasks than the window has, and the database stops when the window is full.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, case, false, literal, null, select, true, union_all
from sqlalchemy.orm import aliased

from gql_api.models import Category, Task
from gql_api.repositories.filters import given
from gql_api.repositories.statements import number
from gql_api.shapes.cursor import Position
from gql_api.shapes.page import Direction, Window

LOWEST_ID, HIGHEST_ID = 0, 2**63 - 1


def windowed_by_category_name(tasks: Select[Any], direction: Direction, window: Window) -> Select[Any]:
    """Return the rows of a window and one more, as `window.windowed` does; those without a category come last."""
    category = aliased(Category)
    upward = direction is Direction.ASC
    limits = [(window.after, upward), (window.before, not upward)]
    found = [(position, greater) for position, greater in limits if position is not None]

    def ordered(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.asc() if upward is not window.backward else column.desc()

    def some(statement: Select[Any]) -> Select[Any]:
        return statement.limit(number(window.size, 1))

    of_one = some(
        tasks.where(
            Task.category_id == category.id, *(_id_beyond(category.name_key, *each) for each in found)
        ).order_by(ordered(Task.id.expression))
    ).lateral("of_one")
    named = some(
        select(of_one, category.name_key.label("position_0"), of_one.c.id.label("position_1"))
        .select_from(category)
        .join(of_one, true())
        .where(given(*(_name_beyond(category.name_key.expression, *each) for each in found)))
        .where(true() if window.after is None or window.after[0] is not None else false())
        .order_by(ordered(category.name_key.expression), ordered(of_one.c.id))
    )
    unnamed = some(
        tasks.add_columns(null().cast(Text).label("position_0"), Task.id.label("position_1"))
        .where(Task.category_id.is_(None))
        .where(given(*(_unnamed_beyond(*each) for each in found)))
        .where(true() if window.before is None or window.before[0] is None else false())
        .order_by(ordered(Task.id.expression))
    )
    both = union_all(named, unnamed).subquery()
    without = both.c.position_0.is_(None)
    last = without.desc() if window.backward else without.asc()
    return some(select(both).order_by(last, ordered(both.c.position_0), ordered(both.c.position_1)))


def _name_beyond(name: ColumnElement[Any], position: Position, greater: bool) -> ColumnElement[bool] | None:
    if position[0] is None:
        return None
    return name >= position[0] if greater else name <= position[0]


def _id_beyond(name: Any, position: Position, greater: bool) -> ColumnElement[bool]:
    """Return the condition of the ids of a category: it bounds those of the position's own category only."""
    free, bound = literal(LOWEST_ID if greater else HIGHEST_ID, BigInteger), literal(position[1], BigInteger)
    limit = case((name == position[0], bound), else_=free)
    return Task.id > limit if greater else Task.id < limit


def _unnamed_beyond(position: Position, greater: bool) -> ColumnElement[bool] | None:
    if position[0] is not None:
        return None
    return Task.id > position[1] if greater else Task.id < position[1]
