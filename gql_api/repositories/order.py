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
    clauses: list[ColumnElement[Any]] = []
    for term in terms:
        column = columns[term.key]
        # NULLS LAST only where there may be nulls: an index serves a clause that says no more than it must.
        nullable = column.nullable or column.class_ is not id.class_
        clause = _directed(column, term.direction)
        clauses.append(clause.nulls_last() if nullable and term.direction is Direction.DESC else clause)
    return [*clauses, _directed(id, terms[-1].direction)]


def _directed(column: InstrumentedAttribute[Any], direction: Direction) -> ColumnElement[Any]:
    return column.asc() if direction is Direction.ASC else column.desc()
