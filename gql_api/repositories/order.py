"""ORDER BY from the terms that a client gave."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.shapes.page import Direction, OrderTerm

NEWEST_FIRST = (OrderTerm("created_at", Direction.DESC),)


def order_by(
    terms: Sequence[OrderTerm], columns: Mapping[str, InstrumentedAttribute[Any]], id: InstrumentedAttribute[int]
) -> list[ColumnElement[Any]]:
    """Return the clauses: nulls last either way, and the id in the last term's direction, so that pages are stable.

    Without terms the newest comes first.
    """
    terms = terms or NEWEST_FIRST
    clauses = [_directed(columns[term.key], term.direction) for term in terms]
    return [*clauses, _directed(id, terms[-1].direction)]


def _directed(column: InstrumentedAttribute[Any], direction: Direction) -> ColumnElement[Any]:
    clause: ColumnElement[Any] = column.asc() if direction is Direction.ASC else column.desc()
    # An index is walked in its own order only where the clause says no more than it must.
    return clause.nulls_last() if column.nullable and direction is Direction.DESC else clause
