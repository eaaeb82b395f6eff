"""Filters that several entities share, as conditions."""

from sqlalchemy import ARRAY, BigInteger, ColumnElement, all_, and_, any_, literal, true
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.shapes.ids import IdFilter


def given(*found: ColumnElement[bool] | None) -> ColumnElement[bool]:
    """Return one condition that all of those which were given must hold; none given: everything."""
    return and_(true(), *(condition for condition in found if condition is not None))


def id_condition(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], filter: IdFilter | None
) -> ColumnElement[bool] | None:
    """Return the condition of an id filter, for rows whose id is not null."""
    if filter is None:
        return None
    return given(
        None if filter.eq is None else column == filter.eq,
        None if filter.neq is None else column != filter.neq,
        None if filter.in_ is None else column == any_(literal(list(filter.in_), ARRAY(BigInteger))),
        None if filter.not_in is None else column != all_(literal(list(filter.not_in), ARRAY(BigInteger))),
    )
