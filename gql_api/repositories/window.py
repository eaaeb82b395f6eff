"""Windows: the part of a list between two positions, of one list or of each parent's with one statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Exists, Select, column, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from gql_api.repositories.arrays import numbers
from gql_api.repositories.filters import given
from gql_api.repositories.order import Ordering
from gql_api.shapes.page import Slice, Window

Matching: TypeAlias = Callable[[ColumnElement[int]], Select[Any]]
"""The rows that match, of the parent with this id."""


def windowed(matching: Select[Any], ordering: Ordering, window: Window) -> Select[Any]:
    """Return the rows of a window and one more, with what makes their positions; a backward one begins at its end."""
    between = given(
        None if window.after is None else ordering.after(window.after),
        None if window.before is None else ordering.before(window.before),
    )
    ordered = matching.add_columns(*ordering.values()).where(between)
    return ordered.order_by(*ordering.clauses(backward=window.backward)).limit(window.size + 1)


def sliced(rows: Sequence[Any], ordering: Ordering, window: Window, shape: Callable[[object], Any]) -> Slice[Any]:
    wanted = rows[: window.size]
    in_order = wanted[::-1] if window.backward else wanted
    return Slice(tuple((shape(row), ordering.position(row)) for row in in_order), len(rows) > window.size)


async def windows_by_parent(
    session: AsyncSession, ids: Collection[int], matching: Matching, ordering: Ordering, window: Window
) -> Mapping[int, Sequence[Any]]:
    """Return the rows of each parent's window, as `windowed` has them."""
    parent = _parents(ids)
    place = func.row_number().over(order_by=ordering.clauses(backward=window.backward)).label("place")
    page = windowed(matching(parent.c.id).add_columns(place), ordering, window).lateral("page")
    statement = select(parent.c.id.label("parent_id"), page).select_from(parent).join(page, true())
    found: dict[int, list[Any]] = {id: [] for id in ids}
    for row in await session.execute(statement):
        found[row.parent_id].append(row)
    return {id: sorted(rows, key=lambda row: row.place) for id, rows in found.items()}


async def parents_with_any(session: AsyncSession, ids: Collection[int], rows: Callable[[Any], Exists]) -> set[int]:
    """Return the parents that have any of these rows."""
    parent = _parents(ids)
    return set(await session.scalars(select(parent.c.id).where(rows(parent.c.id))))


def beyond(matching: Select[Any], ordering: Ordering, position: Any, *, after: bool) -> Exists:
    """Return whether there are rows at a position or on this side of it."""
    side = ordering.after if after else ordering.before
    return matching.where(side(position, inclusive=True)).exists()


def _parents(ids: Collection[int]) -> Any:
    return func.unnest(numbers(ids)).table_valued(column("id", BigInteger)).render_derived(name="parent")
