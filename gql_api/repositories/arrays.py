"""Arrays and JSON as parameters: however many values there are, they are one parameter of one statement.

The driver takes at most 32,767 parameters a statement.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, JSON, BigInteger, ColumnElement, TableValuedAlias, Text, any_, column, func, literal
from sqlalchemy.types import TypeEngine

from gql_api.repositories.forms import converted


def among(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that the column has one of these numbers."""
    found: ColumnElement[bool] = column == any_(numbers(ids))
    return found


def numbers(ids: Collection[int]) -> ColumnElement[Any]:
    return literal(converted(ids, list), ARRAY(BigInteger))


def texts(values: Collection[str]) -> ColumnElement[Any]:
    return literal(converted(values, list), ARRAY(Text))


def rows(columns: Mapping[str, Sequence[Any]], types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return rows of these columns and types, each given by its values, with their `place` from 1 on."""
    arrays = [literal(values, ARRAY(types[name])) for name, values in columns.items()]
    named = [column(name, types[name]) for name in columns]
    return func.unnest(*arrays).table_valued(*named, with_ordinality="place", name="given").render_derived()


def by_column(many: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of each column of rows, of which there is one at least, and which all have the same columns."""
    return {name: [each[name] for each in many] for name in many[0]}


def records(many: Sequence[Mapping[str, Any]], types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return rows of columns of these types, as JSON, which takes less time to write. All have the same columns."""
    named = [column(name, type_) for name, type_ in types.items()]
    given = func.json_to_recordset(literal(converted(many, _written), JSON))
    return given.table_valued(*named, name="given").render_derived(with_types=True)


def _written(many: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(many).decode()
