"""Orders: ORDER BY, and what comes after or before a position, from the terms that a client gave.

No key is ever null: each says what stands for an absent value, so that it comes last in either direction. A page is
then one range of an index, wherever it begins.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Boolean, ColumnElement, and_, false, func, literal, or_, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.models import HIGHEST, LOWEST, Moment
from gql_api.repositories.forms import Known, Slot
from gql_api.shapes.cursor import Position, Value
from gql_api.shapes.page import Direction, OrderTerm

Bound: TypeAlias = Callable[[Value], ColumnElement[Any]]


class Unknown(Enum):
    """Where a bound would stand that is not known."""

    UNKNOWN = "UNKNOWN"


UNKNOWN = Unknown.UNKNOWN


class Part(NamedTuple):
    """One expression that is ordered by, and what it is for a row that has this value."""

    expression: ColumnElement[Any]
    direction: Direction
    bound: Bound


class Key(NamedTuple):
    """A key of an order: the value that a cursor keeps, and the expressions that are ordered by."""

    value: ColumnElement[Any]
    parts: Callable[[Direction], Sequence[Part]]
    lowest: Value | Unknown = UNKNOWN
    highest: Value | Unknown = UNKNOWN
    last: Value | Unknown = UNKNOWN
    """What is known to have nothing below, above, or in either direction after it."""

    def ends_with(self, value: Value, direction: Direction) -> bool:
        """Whether no row in an order of this direction has a value after this one."""
        return value in (self.last, self.highest if direction is Direction.ASC else self.lowest)

    def begins_with(self, value: Value, direction: Direction) -> bool:
        """Whether no row in an order of this direction has a value before this one."""
        return value == (self.lowest if direction is Direction.ASC else self.highest)

    def known(self, value: Value) -> Any:
        """Return the value as a part of a statement's form when something may be known to lie on one side of it."""
        if value is None or isinstance(value, bool):
            return value
        return Known(value) if value in (self.lowest, self.highest) else value


def by(
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    lowest: Value | Unknown = UNKNOWN,
    highest: Value | Unknown = UNKNOWN,
) -> Key:
    """Order by what is never null."""
    expression = column.expression if isinstance(column, InstrumentedAttribute) else column
    return Key(expression, lambda direction: [Part(expression, direction, _literal(expression))], lowest, highest)


def by_moment(moment: Moment) -> Key:
    """Order by a time that may be absent."""

    def parts(direction: Direction) -> Sequence[Part]:
        ascending = direction is Direction.ASC
        filled, absent = (moment.nulls_highest, HIGHEST) if ascending else (moment.nulls_lowest, LOWEST)
        bound = _literal(moment.column.expression)
        return [Part(filled, direction, lambda value: absent if value is None else bound(value))]

    return Key(moment.column.expression, parts, last=None)


def by_text_if_any(column: InstrumentedAttribute[Any]) -> Key:
    """Order by a text that is never empty, but may be absent."""

    def parts(direction: Direction) -> Sequence[Part]:
        bound = _literal(column.expression)
        absent = Part(column.is_(None), Direction.ASC, lambda value: literal(value is None, Boolean))
        return [absent, Part(func.coalesce(column, ""), direction, lambda value: bound("" if value is None else value))]

    return Key(column.expression, parts, last=None)


def known(position: Position | None, order: Sequence[OrderTerm], keys: Mapping[str, Key]) -> Any:
    """Return a position with what is known of its values; the id, and what no key is of, stays as it is."""
    if position is None:
        return None
    *values, id = position
    return (
        *(
            keys[term.key].known(value) if term.key in keys else value
            for term, value in zip(order, values, strict=True)
        ),
        id,
    )


class Ordering:
    """An order of rows, in which no two are equal: the id is its last key, in the direction of the one before."""

    def __init__(
        self,
        terms: Sequence[OrderTerm],
        keys: Mapping[str, Key],
        id: InstrumentedAttribute[int],
        fixed: Mapping[str, bool] | None = None,
    ) -> None:
        """Order by these terms, of whose keys a filter may have `fixed` some: all rows have that value."""
        self._terms = [*terms, OrderTerm("id", terms[-1].direction)]
        self._keys = {**keys, "id": by(id)}
        self._fixed = fixed or {}

    def values(self) -> list[ColumnElement[Any]]:
        """Return the columns that make a row's position."""
        return [self._keys[term.key].value.label(f"position_{index}") for index, term in enumerate(self._terms)]

    def clauses(self, *, backward: bool = False) -> list[ColumnElement[Any]]:
        return [
            part.expression.desc() if (part.direction is Direction.DESC) is not backward else part.expression.asc()
            for term in self._terms
            for part in self._keys[term.key].parts(term.direction)
        ]

    def after(self, position: Position, *, inclusive: bool = False) -> ColumnElement[bool]:
        """Return the condition of the rows that come after a position."""
        return self._beyond(position, Direction.ASC, inclusive=inclusive)

    def before(self, position: Position, *, inclusive: bool = False) -> ColumnElement[bool]:
        """Return the condition of the rows that come before a position."""
        return self._beyond(position, Direction.DESC, inclusive=inclusive)

    def _beyond(self, position: Sequence[Any], way: Direction, *, inclusive: bool) -> ColumnElement[bool]:
        equal: list[ColumnElement[bool]] = []
        compared: list[tuple[Part, ColumnElement[Any]]] = []
        for term, at in zip(self._terms, position, strict=True):
            if term.key in self._fixed:
                if at == self._fixed[term.key]:
                    continue
                # All rows are on one side of the position, or on the other.
                inclusive = (not at) is (term.direction is way)
                break
            key = self._keys[term.key]
            value = at.value if isinstance(at, Known) else at
            parts = [(part, part.bound(value)) for part in key.parts(term.direction)]
            outermost = key.ends_with if way is Direction.ASC else key.begins_with
            if not compared and not isinstance(value, Slot) and outermost(value, term.direction):
                # Nothing lies beyond this value: the planner knows more of what is equal than of what is not less.
                equal.extend(part.expression == bound for part, bound in parts)
            else:
                compared.extend(parts)
        return and_(true(), *equal, _rows_beyond(compared, way, inclusive=inclusive))


def _rows_beyond(
    compared: Sequence[tuple[Part, ColumnElement[Any]]], way: Direction, *, inclusive: bool
) -> ColumnElement[bool]:
    if not compared:
        return true() if inclusive else false()
    if len({part.direction for part, _ in compared}) == 1:  # one comparison of rows: one range of an index
        row, at = tuple_(*(part.expression for part, _ in compared)), tuple_(*(bound for _, bound in compared))
        return _compare(row, at, upward=compared[0][0].direction is way, inclusive=inclusive)
    found: ColumnElement[bool] = true() if inclusive else false()
    for part, bound in reversed(compared):
        further = _compare(part.expression, bound, upward=part.direction is way, inclusive=False)
        found = or_(further, and_(part.expression == bound, found))
    # What every such row has in common comes first, so that an index by the first key serves it.
    first, bound = compared[0]
    return and_(_compare(first.expression, bound, upward=first.direction is way, inclusive=True), found)


def _compare(left: Any, right: Any, *, upward: bool, inclusive: bool) -> ColumnElement[bool]:
    compared: ColumnElement[bool]
    if upward:
        compared = left >= right if inclusive else left > right
    else:
        compared = left <= right if inclusive else left < right
    return compared


def _literal(expression: ColumnElement[Any]) -> Bound:
    return lambda value: literal(value, expression.type)
