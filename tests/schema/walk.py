"""Connections as a client walks them: page after page, in either direction."""

from collections.abc import AsyncIterator, Iterable
from itertools import cycle
from typing import Any, TypeAlias

from tests.api import Api

Page: TypeAlias = dict[str, Any]

FIELDS = {"Task": "tasksConnection", "Category": "categoriesConnection", "Tag": "tagsConnection"}
"""The root field of each kind's connection."""

ARGUMENTS = "filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before"
PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def variables(kind: str) -> str:
    return f"$filter: {kind}Filter, $orderBy: [{kind}Order!], $first: Int, $after: String, $last: Int, $before: String"


def query(kind: str, node: str = "id", also: str = "") -> str:
    return (
        f"query ({variables(kind)}) {{ {FIELDS[kind]}({ARGUMENTS}) "
        f"{{ edges {{ cursor node {{ {node} }} }} nodes {{ {node} }} {PAGE_INFO} {also} }} }}"
    )


async def page(api: Api, kind: str, node: str = "id", also: str = "", /, **arguments: Any) -> Page:
    """Return a page, after a look at what every page must be."""
    found: Page = await api.field(query(kind, node, also), **arguments)
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    assert len(set(cursors)) == len(cursors)
    info = found["pageInfo"]
    assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
    return found


def ids(found: Page) -> list[str]:
    return [node["id"] for node in found["nodes"]]


async def pages(
    api: Api, kind: str, sizes: Iterable[int], *, backwards: bool = False, **arguments: Any
) -> AsyncIterator[Page]:
    """Go through a connection from its one end to the other; the sizes take turns."""
    size, cursor, more = ("last", "before", "hasPreviousPage") if backwards else ("first", "after", "hasNextPage")
    place: str | None = None
    for wanted in cycle(sizes):
        found = await page(api, kind, **arguments, **{size: wanted, cursor: place})
        yield found
        if not found["pageInfo"][more]:
            return
        assert found["nodes"], "a page says that there are more, and is empty"
        place = found["pageInfo"]["startCursor" if backwards else "endCursor"]


async def walk(api: Api, kind: str, sizes: Iterable[int], *, backwards: bool = False, **arguments: Any) -> list[str]:
    """Return the ids of a whole connection in their order, walked from either end."""
    met: list[str] = []
    async for found in pages(api, kind, sizes, backwards=backwards, **arguments):
        met = ids(found) + met if backwards else met + ids(found)
    return met
