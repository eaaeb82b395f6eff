"""Windows: the part of a list between two positions, of one list or of each parent's with one statement."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Exists, Select, column, func, select, true

from gql_api.repositories.arrays import numbers
from gql_api.repositories.filters import given
from gql_api.repositories.order import Ordering
from gql_api.repositories.statements import number
from gql_api.shapes.page import Slice, Window
from gql_api.shapes.rows import Layout, Rows

Matching: TypeAlias = Callable[[ColumnElement[int]], Select[Any]]
"""The rows that match, of the parent with this id."""


def windowed(matching: Select[Any], ordering: Ordering, window: Window) -> Select[Any]:
    """Return the rows of a window and one more, with what makes their positions; a backward one begins at its end."""
    between = given(
        None if window.after is None else ordering.after(window.after),
        None if window.before is None else ordering.before(window.before),
    )
    ordered = matching.add_columns(*ordering.values()).where(between)
    return ordered.order_by(*ordering.clauses(backward=window.backward)).limit(number(window.size, 1))


def sliced(rows: Sequence[Any], window: Window, layout: Layout, positions: slice) -> Slice[Any]:
    """Return the slice of rows that `windowed` has selected, with their positions in this place."""
    wanted = rows[: window.size]
    in_order = wanted[::-1] if window.backward else wanted
    return Slice(Rows(layout, in_order), positions, len(rows) > window.size)


def windowed_by_parent(ids: Collection[int], matching: Matching, ordering: Ordering, window: Window) -> Select[Any]:
    """Return the rows of each parent's window, as `windowed` has them, then their places in it and the parent's id."""
    parent = _parents(ids)
    place = func.row_number().over(order_by=ordering.clauses(backward=window.backward)).label("place")
    page = windowed(matching(parent.c.id), ordering, window).add_columns(place).lateral("page")
    return select(page, parent.c.id.label("parent_id")).select_from(parent).join(page, true())


def by_parent(ids: Collection[int], rows: Iterable[Any]) -> Mapping[int, Sequence[Any]]:
    """Return the rows that `windowed_by_parent` has selected of each parent, in their places."""
    found: dict[int, list[Any]] = {id: [] for id in ids}
    for row in sorted(rows, key=itemgetter(-2)):
        found[row[-1]].append(row)
    return found


def parents_with_any(ids: Collection[int], rows: Callable[[Any], Exists]) -> Select[Any]:
    """Return the ids of the parents that have any of these rows."""
    parent = _parents(ids)
    return select(parent.c.id).where(rows(parent.c.id))


def beyond(matching: Select[Any], ordering: Ordering, position: Any, *, after: bool) -> Exists:
    """Return whether there are rows at a position or on this side of it."""
    side = ordering.after if after else ordering.before
    return matching.where(side(position, inclusive=True)).exists()


def _parents(ids: Collection[int]) -> Any:
    return func.unnest(numbers(ids)).table_valued(column("id", BigInteger)).render_derived(name="parent")
