"""Arrays as parameters: however many values there are, they are one parameter of one statement.

The driver takes at most 32,767 parameters a statement.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, TableValuedAlias, Text, any_, column, func, literal
from sqlalchemy.types import TypeEngine


def among(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that the column has one of these numbers."""
    found: ColumnElement[bool] = column == any_(numbers(ids))
    return found


def numbers(ids: Collection[int]) -> ColumnElement[Any]:
    return literal(list(ids), ARRAY(BigInteger))


def pairs(values: Collection[tuple[int, int]], first: str, second: str) -> TableValuedAlias:
    """Return pairs of numbers as rows with these two columns."""
    return _rows({first: [each[0] for each in values], second: [each[1] for each in values]}, BigInteger())


def texts(rows: Sequence[Mapping[str, str | None]]) -> TableValuedAlias:
    """Return rows of texts, of which there is one at least, in their order."""
    return _rows({name: [row[name] for row in rows] for name in rows[0]}, Text())


def _rows(columns: Mapping[str, list[Any]], type_: TypeEngine[Any]) -> TableValuedAlias:
    arrays = [literal(values, ARRAY(type_)) for values in columns.values()]
    named = [column(name, type_) for name in columns]
    return func.unnest(*arrays).table_valued(*named, name="given").render_derived()
