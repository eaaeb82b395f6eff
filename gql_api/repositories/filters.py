"""Comparisons that several entities share, as conditions.

A condition may be null where it is not true; only `negated` has to tell the two apart.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, all_, and_, any_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.models import Moment
from gql_api.repositories.arrays import among, numbers, texts
from gql_api.repositories.forms import converted
from gql_api.shapes.filter import DateTimeFilter, Filter, IdFilter, StringFilter
from gql_api.shapes.text import fold

Condition = ColumnElement[bool]
FilterT = TypeVar("FilterT", bound=Filter)


class TextColumn(NamedTuple):
    """A text and its key. What is kept `trimmed` is compared with trimmed text; its parts are not."""

    text: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    trimmed: bool = True


def given(*found: Condition | None) -> Condition:
    """Return one condition that all of those which were given must hold; none given: everything."""
    return and_(true(), *(condition for condition in found if condition is not None))


def negated(condition: Condition) -> Condition:
    return condition.is_not(true())


def combined(
    and_of: Sequence[FilterT] | None,
    or_of: Sequence[FilterT] | None,
    not_of: FilterT | None,
    condition: Callable[[FilterT], Condition],
) -> Condition:
    """Return the condition of the filters inside a filter: all of no filters is true, any of none is false."""
    return given(
        None if and_of is None else and_(true(), *map(condition, and_of)),
        None if or_of is None else or_(false(), *map(condition, or_of)),
        None if not_of is None else negated(condition(not_of)),
    )


def id_condition(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], filter: IdFilter | None
) -> Condition | None:
    """Return the condition of an id filter, for rows whose id is not null."""
    if filter is None:
        return None
    return given(
        None if filter.eq is None else column == filter.eq,
        None if filter.neq is None else column != filter.neq,
        None if filter.in_ is None else among(column, filter.in_),
        None if filter.not_in is None else column != all_(numbers(filter.not_in)),
    )


def text_condition(column: TextColumn, filter: StringFilter | None) -> Condition | None:
    if filter is None:
        return None
    compared = column.text if filter.case_sensitive else column.key
    part: Callable[[str], str] = str if filter.case_sensitive else fold

    def whole(text: str) -> str:
        return part(text.strip() if column.trimmed else text)

    def each(texts: Sequence[str]) -> Sequence[str]:
        return [whole(text) for text in texts]

    def like(pattern: str, text: str | None) -> Condition | None:
        if text is None:
            return None
        found: Condition = compared.like(converted(text, lambda known: pattern.format(_escaped(part(known)))))
        return found

    return given(
        None if filter.eq is None else compared == converted(filter.eq, whole),
        None if filter.neq is None else or_(compared.is_(None), compared != converted(filter.neq, whole)),
        None if filter.in_ is None else compared == any_(texts(converted(filter.in_, each))),
        None if filter.not_in is None else _none_of(compared, converted(filter.not_in, each)),
        like("%{}%", filter.contains),
        like("{}%", filter.starts_with),
        like("%{}", filter.ends_with),
        _null_condition(column.text, filter.is_null),
    )


def time_condition(moment: Moment, filter: DateTimeFilter | None) -> Condition | None:
    """Return the condition of a filter by time. Where there is no time, none of its comparisons is true."""
    if filter is None:
        return None
    low, high = moment.nulls_lowest, moment.nulls_highest

    def compare(how: Callable[[datetime], Condition], with_: datetime | None) -> Condition | None:
        return None if with_ is None else how(with_)

    return given(
        compare(lambda time: high == time, filter.eq),
        compare(lambda time: low > time, filter.gt),
        compare(lambda time: low >= time, filter.gte),
        compare(lambda time: high < time, filter.lt),
        compare(lambda time: high <= time, filter.lte),
        _null_condition(moment.column, filter.is_null),
    )


def _null_condition(column: InstrumentedAttribute[Any], is_null: bool | None) -> Condition | None:
    if is_null is None:
        return None
    return column.is_(None) if is_null else column.is_not(None)


def _none_of(compared: InstrumentedAttribute[Any], keys: Sequence[str]) -> Condition:
    return or_(compared.is_(None), compared != all_(texts(keys)))


def _escaped(text: str) -> str:
    r"""Return text for a LIKE pattern, in which `%`, `_` and `\` mean themselves."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
