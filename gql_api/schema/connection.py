"""Connections in GraphQL, as Relay's Cursor Connections Specification has them, over any type of node."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import strawberry

from gql_api.execution import Derived, Relation, instances_of
from gql_api.execution.declared import COMPILED
from gql_api.resolvers import connection as resolvers
from gql_api.shapes.page import Slice

NodeT = TypeVar("NodeT")
Source = strawberry.Parent[resolvers.Connection[Any]]

Part: TypeAlias = Callable[[resolvers.Connection[Any], Slice[Any]], Any]
"""Takes from a connection and its window what a field answers."""

Ask: TypeAlias = Callable[[resolvers.Connection[Any]], Awaitable[Any]]


class _Loaded:
    """What there is in the windows of many connections, which are loaded together."""

    def __init__(self, part: Part, sources: Sequence[resolvers.Connection[Any]]) -> None:
        self._part = part
        self._loading = [(source, source.load()) for source in sources]

    def __await__(self) -> Generator[Any, None, list[Any]]:
        found: list[Any] = []
        for source, loading in self._loading:
            try:
                found.append(self._part(source, (yield from loading.__await__())))
            except Exception as error:  # noqa: BLE001 - it is for those who asked for this window
                found.append(error)
        return found


class _Asked:
    """What many connections answer, which are asked together."""

    def __init__(self, ask: Ask, sources: Sequence[resolvers.Connection[Any]]) -> None:
        self._ask = ask
        self._sources = sources

    def __await__(self) -> Generator[Any, None, list[Any]]:
        if len(self._sources) == 1:
            return [(yield from self._ask(self._sources[0]).__await__())]
        return (yield from asyncio.gather(*map(self._ask, self._sources), return_exceptions=True))


def _in_window(part: Part, description: str) -> Any:
    """Make a field of what is in the window, which is loaded for many connections at once."""

    async def resolve(source: Source) -> Any:
        return part(source, await source.load())

    load = Relation(None, lambda _, sources: _Loaded(part, sources))
    return strawberry.field(resolver=resolve, description=description, metadata={COMPILED: load})


def _asked(ask: Ask, description: str, *, reads: int) -> Any:
    """Make a field that asks the connection, with many connections at once, and reads so many statements at most."""

    async def resolve(source: Source) -> Any:
        return await ask(source)

    load = Relation(None, lambda _, sources: _Asked(ask, sources), reads)
    return strawberry.field(resolver=resolve, description=description, metadata={COMPILED: load})


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = _asked(
        resolvers.Connection.has_next_page,
        "Whether there is something after the page: ask with `after: endCursor`.",
        reads=2,
    )
    has_previous_page: bool = _asked(
        resolvers.Connection.has_previous_page,
        "Whether there is something before the page: ask with `before: startCursor`.",
        reads=2,
    )
    start_cursor: str | None = _in_window(
        resolvers.Connection.start_cursor, "The cursor of the first edge; null when the page is empty."
    )
    end_cursor: str | None = _in_window(
        resolvers.Connection.end_cursor, "The cursor of the last edge; null when the page is empty."
    )

    is_type_of: ClassVar[Any] = staticmethod(instances_of(resolvers.Connection))


@strawberry.type(description="One object in a page, and where it stands.")
class Edge(Generic[NodeT]):
    cursor: str = strawberry.field(
        description="The place of the object in this order: opaque, for `after` and `before`. It stays valid when the "
        "object, or others, are changed or deleted."
    )
    node: NodeT = strawberry.field(description="The object.")

    is_type_of: ClassVar[Any] = staticmethod(instances_of(resolvers.Edge))


def _page_info(source: Source) -> Any:
    return source


@strawberry.type(description="One page of a longer list.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = _in_window(resolvers.Connection.edges, "The objects of the page with their cursors.")
    nodes: list[NodeT] = _in_window(resolvers.Connection.nodes, "The objects of the page.")
    page_info: PageInfo = strawberry.field(
        resolver=_page_info,
        description="Where the page stands in its list.",
        metadata={COMPILED: Derived(lambda source, _: source)},
    )
    total_count: int = _asked(
        lambda source: source.count(),
        "How many objects the whole list has. It is counted only when you ask for it.",
        reads=1,
    )

    is_type_of: ClassVar[Any] = staticmethod(instances_of(resolvers.Connection))
