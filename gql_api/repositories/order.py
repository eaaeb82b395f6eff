"""Orders: ORDER BY, and what comes after or before a position, from the terms that a client gave.

No key is ever null: each says what stands for an absent value, so that it comes last in either direction. A page is
then one range of an index, wherever it begins.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.models import HIGHEST, LOWEST, Moment
from gql_api.shapes.cursor import Position, Value
from gql_api.shapes.page import Direction, OrderTerm

Bound: TypeAlias = Callable[[Value], ColumnElement[Any]]


class Part(NamedTuple):
    """One expression that is ordered by, and what it is for a row that has this value."""

    expression: ColumnElement[Any]
    direction: Direction
    bound: Bound


class Key(NamedTuple):
    """A key of an order: the value that a cursor keeps, and the expressions that are ordered by."""

    value: ColumnElement[Any]
    parts: Callable[[Direction], Sequence[Part]]


def by(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Key:
    """Order by what is never null."""
    expression = column.expression if isinstance(column, InstrumentedAttribute) else column
    return Key(expression, lambda direction: [Part(expression, direction, _literal(expression))])


def by_moment(moment: Moment) -> Key:
    """Order by a time that may be absent."""

    def parts(direction: Direction) -> Sequence[Part]:
        ascending = direction is Direction.ASC
        filled, absent = (moment.nulls_highest, HIGHEST) if ascending else (moment.nulls_lowest, LOWEST)
        bound = _literal(moment.column.expression)
        return [Part(filled, direction, lambda value: absent if value is None else bound(value))]

    return Key(moment.column.expression, parts)


def by_text_if_any(column: InstrumentedAttribute[Any]) -> Key:
    """Order by a text that is never empty, but may be absent."""

    def parts(direction: Direction) -> Sequence[Part]:
        bound = _literal(column.expression)
        absent = Part(column.is_(None), Direction.ASC, lambda value: true() if value is None else false())
        return [absent, Part(func.coalesce(column, ""), direction, lambda value: bound(value or ""))]

    return Key(column.expression, parts)


class Ordering:
    """An order of rows, in which no two are equal: the id is its last key, in the direction of the one before."""

    def __init__(self, terms: Sequence[OrderTerm], keys: Mapping[str, Key], id: InstrumentedAttribute[int]) -> None:
        chosen = [keys[term.key] for term in terms]
        last = by(id).parts(terms[-1].direction)
        self._parts = [part for key, term in zip(chosen, terms, strict=True) for part in key.parts(term.direction)]
        self._parts += last
        self._sizes = [len(key.parts(term.direction)) for key, term in zip(chosen, terms, strict=True)] + [len(last)]
        self._values = [key.value for key in chosen]

    def values(self) -> list[ColumnElement[Any]]:
        """Return the columns to select for `position`."""
        return [value.label(f"position_{index}") for index, value in enumerate(self._values)]

    def position(self, row: Any) -> Position:
        """Return the position of a row that was selected with `values`."""
        return (*(getattr(row, f"position_{index}") for index in range(len(self._values))), row.id)

    def clauses(self, *, backward: bool = False) -> list[ColumnElement[Any]]:
        return [
            part.expression.desc() if (part.direction is Direction.DESC) is not backward else part.expression.asc()
            for part in self._parts
        ]

    def after(self, position: Position, *, inclusive: bool = False) -> ColumnElement[bool]:
        """Return the condition of the rows that come after a position."""
        return self._beyond(position, Direction.ASC, inclusive=inclusive)

    def before(self, position: Position, *, inclusive: bool = False) -> ColumnElement[bool]:
        """Return the condition of the rows that come before a position."""
        return self._beyond(position, Direction.DESC, inclusive=inclusive)

    def _beyond(self, position: Position, way: Direction, *, inclusive: bool) -> ColumnElement[bool]:
        spread = [value for value, size in zip(position, self._sizes, strict=True) for _ in range(size)]
        bounds = [part.bound(value) for part, value in zip(self._parts, spread, strict=True)]
        upward = [part.direction is way for part in self._parts]
        if len(set(upward)) == 1:  # one comparison of rows, which an index serves as one range
            row, at = tuple_(*(part.expression for part in self._parts)), tuple_(*bounds)
            return _compare(row, at, upward=upward[0], inclusive=inclusive)
        found: ColumnElement[bool] = true() if inclusive else false()
        for part, bound, up in zip(reversed(self._parts), reversed(bounds), reversed(upward), strict=True):
            further = _compare(part.expression, bound, upward=up, inclusive=False)
            found = or_(further, and_(part.expression == bound, found))
        # What every such row has in common comes first, so that an index by the first key serves it.
        return and_(_compare(self._parts[0].expression, bounds[0], upward=upward[0], inclusive=True), found)


def _compare(left: Any, right: Any, *, upward: bool, inclusive: bool) -> ColumnElement[bool]:
    compared: ColumnElement[bool]
    if upward:
        compared = left >= right if inclusive else left > right
    else:
        compared = left <= right if inclusive else left < right
    return compared


def _literal(expression: ColumnElement[Any]) -> Bound:
    return lambda value: literal(value, expression.type)
