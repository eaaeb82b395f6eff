"""Connections: a window on a list, of which each part is loaded when it is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from gql_api.context import Context
from gql_api.loaders.loader import Loader
from gql_api.repositories import Repositories, Repository
from gql_api.shapes.base import Entity
from gql_api.shapes.construct import Kind
from gql_api.shapes.cursor import Position, encode, encoder
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, Outside, Slice, Window
from gql_api.shapes.rows import Layout, Rows, Within

EntityT = TypeVar("EntityT", bound=Entity)
FilterT = TypeVar("FilterT", bound=Filter)


class Edge(NamedTuple, Generic[EntityT]):
    cursor: str
    node: EntityT


@cache
def _edge(node: Layout) -> Layout:
    """Return the layout of an edge: a cursor, and the row of its node."""
    return Layout(
        Edge,
        lambda row: Edge(row[0], node.make(row[1])),
        {"cursor": 0},
        within={"node": Within(1, node)},
        kinds={"cursor": Kind(str, nullable=False)},
    )


@dataclass(frozen=True, slots=True)
class Connection(Generic[EntityT]):
    """The parts of Relay's Cursor Connections Specification. What lies outside of the window is told truly."""

    cursors_of: str
    window: Window
    load: Callable[[], Awaitable[Slice[EntityT]]]
    """Loads the window once, however often it is called."""
    count: Callable[[], Awaitable[int]]
    any_outside: Callable[[Position, bool], Awaitable[bool]]
    """Tells whether there are rows at a position or (True) after it, (False) before it."""

    def edges(self, window: Slice[EntityT]) -> Rows[Edge[EntityT]]:
        encoded, (nodes, positions, _) = encoder(self.cursors_of), window
        return Rows(_edge(nodes.layout), [(encoded(row[positions]), row) for row in nodes.rows])

    def nodes(self, window: Slice[EntityT]) -> Rows[EntityT]:
        return window.rows

    def start_cursor(self, window: Slice[EntityT]) -> str | None:
        return self._cursor(window, 0)

    def end_cursor(self, window: Slice[EntityT]) -> str | None:
        return self._cursor(window, -1)

    def _cursor(self, window: Slice[EntityT], place: int) -> str | None:
        (nodes, positions, _) = window
        return encode(nodes.rows[place][positions], self.cursors_of) if nodes.rows else None

    async def has_next_page(self) -> bool:
        """Whether rows come after the window, in it or after its end."""
        if not self.window.backward and (await self.load()).more:
            return True
        return self.window.before is not None and await self.any_outside(self.window.before, True)

    async def has_previous_page(self) -> bool:
        """Whether rows come before the window, in it or before its beginning."""
        if self.window.backward and (await self.load()).more:
            return True
        return self.window.after is not None and await self.any_outside(self.window.after, False)


def whole(
    context: Context,
    of: Callable[[Repositories], Repository[Any, EntityT, FilterT]],
    loader: Loader[None, Slice[EntityT]],
    listing: Listing[FilterT],
    cursors_of: str,
) -> Connection[EntityT]:
    """Make the connection of all rows of one kind."""

    async def count() -> int:
        async with context.work.read() as repositories:
            return await of(repositories).count(listing.filter)

    async def any_outside(position: Position, after: bool) -> bool:
        async with context.work.read() as repositories:
            return await of(repositories).any_outside(Outside(listing.filter, listing.order, position, after))

    return Connection(cursors_of, listing.window, lambda: loader.load(None), count, any_outside)
