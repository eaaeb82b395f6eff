"""Connections in GraphQL, as Relay's Cursor Connections Specification has them, over any type of node."""

from collections.abc import Callable, Generator, Sequence
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


async def _has_next_page(source: Source) -> bool:
    return await source.has_next_page()


async def _has_previous_page(source: Source) -> bool:
    return await source.has_previous_page()


async def _start_cursor(source: Source) -> str | None:
    return await source.start_cursor()


async def _end_cursor(source: Source) -> str | None:
    return await source.end_cursor()


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        resolver=_has_next_page, description="Whether there is something after the page: ask with `after: endCursor`."
    )
    has_previous_page: bool = strawberry.field(
        resolver=_has_previous_page,
        description="Whether there is something before the page: ask with `before: startCursor`.",
    )
    start_cursor: str | None = strawberry.field(
        resolver=_start_cursor, description="The cursor of the first edge; null when the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        resolver=_end_cursor, description="The cursor of the last edge; null when the page is empty."
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


def _in_window(part: Part, description: str) -> Any:
    """Make a field of what is in the window, which is loaded for many connections at once."""

    async def resolve(source: Source) -> Any:
        return part(source, await source.load())

    load = Relation(None, lambda _, sources: _Loaded(part, sources))
    return strawberry.field(resolver=resolve, description=description, metadata={COMPILED: load})


def _page_info(source: Source) -> Any:
    return source


async def _total_count(source: Source) -> int:
    return await source.count()


@strawberry.type(description="One page of a longer list.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = _in_window(resolvers.Connection.edges, "The objects of the page with their cursors.")
    nodes: list[NodeT] = _in_window(resolvers.Connection.nodes, "The objects of the page.")
    page_info: PageInfo = strawberry.field(
        resolver=_page_info,
        description="Where the page stands in its list.",
        metadata={COMPILED: Derived(lambda source, _: source)},
    )
    total_count: int = strawberry.field(
        resolver=_total_count,
        description="How many objects the whole list has. It is counted only when you ask for it.",
    )

    is_type_of: ClassVar[Any] = staticmethod(instances_of(resolvers.Connection))
