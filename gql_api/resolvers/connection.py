"""Connections: a window on a list, of which each part is loaded when it is asked for."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from gql_api.context import Context
from gql_api.loaders.loader import Loader
from gql_api.repositories import Repositories, Repository
from gql_api.shapes.base import Entity
from gql_api.shapes.cursor import Position, encode, encoder
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, Outside, Slice, Window

EntityT = TypeVar("EntityT", bound=Entity)
FilterT = TypeVar("FilterT", bound=Filter)


class Edge(NamedTuple, Generic[EntityT]):
    cursor: str
    node: EntityT


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

    def edges(self, window: Slice[EntityT]) -> Sequence[Edge[EntityT]]:
        encoded = encoder(self.cursors_of)
        return [Edge(encoded(position), row) for row, position in window.rows]

    def nodes(self, window: Slice[EntityT]) -> Sequence[EntityT]:
        return [row for row, _ in window.rows]

    def start_cursor(self, window: Slice[EntityT]) -> str | None:
        return encode(window.rows[0][1], self.cursors_of) if window.rows else None

    def end_cursor(self, window: Slice[EntityT]) -> str | None:
        return encode(window.rows[-1][1], self.cursors_of) if window.rows else None

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
