"""Connections in GraphQL, as Relay's Cursor Connections Specification has them, over any type of node."""

from typing import Any, Generic, TypeVar

import strawberry

from gql_api.resolvers import connection as resolvers

NodeT = TypeVar("NodeT")
Source = strawberry.Parent[resolvers.Connection[Any]]


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


@strawberry.type(description="One object in a page, and where it stands.")
class Edge(Generic[NodeT]):
    cursor: str = strawberry.field(
        description="The place of the object in this order: opaque, for `after` and `before`. It stays valid when the "
        "object, or others, are changed or deleted."
    )
    node: NodeT = strawberry.field(description="The object.")


async def _edges(source: Source) -> Any:
    return await source.edges()


async def _nodes(source: Source) -> Any:
    return await source.nodes()


def _page_info(source: Source) -> Any:
    return source


async def _total_count(source: Source) -> int:
    return await source.count()


@strawberry.type(description="One page of a longer list.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = strawberry.field(
        resolver=_edges, description="The objects of the page with their cursors."
    )
    nodes: list[NodeT] = strawberry.field(resolver=_nodes, description="The objects of the page.")
    page_info: PageInfo = strawberry.field(resolver=_page_info, description="Where the page stands in its list.")
    total_count: int = strawberry.field(
        resolver=_total_count,
        description="How many objects the whole list has. It is counted only when you ask for it.",
    )
