"""Relay's Node: any object by its global id."""

import asyncio
from typing import Annotated

import strawberry

from gql_api.errors import Problem, ProblemCode, RequestError, RequestErrorCode
from gql_api.resolvers import node as resolvers
from gql_api.schema import global_id
from gql_api.schema.info import Info
from gql_api.shapes.base import Entity
from gql_api.shapes.page import MAX_LIMIT


@strawberry.interface(description="An object with a globally unique, opaque id (Relay's Node).")
class Node:
    id: strawberry.ID = strawberry.field(description="The object's id: opaque, stable, unique over all types.")


async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of any object.")]
) -> Entity | None:
    found = await _load(info, id, "id")
    if isinstance(found, RequestError):
        raise found
    return found


async def nodes(
    info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Up to 100 ids, of any types.")]
) -> list[Entity | RequestError | None]:
    if len(ids) > MAX_LIMIT:
        raise RequestError(RequestErrorCode.INVALID_PAGE, f"`ids` must be at most {MAX_LIMIT}; they are {len(ids)}.")
    # An error in the list stands in its own place and leaves the others answered.
    return await asyncio.gather(*(_load(info, id, "ids", str(index)) for index, id in enumerate(ids)))


async def _load(info: Info, id: str, *path: str) -> Entity | RequestError | None:
    try:
        kind, number = global_id.decode(id)
    except global_id.InvalidIdError:
        message = "This is not an id of this API."
        problem = Problem(path, ProblemCode.INVALID_ID, message)
        return RequestError(RequestErrorCode.INVALID_ID, f"`{'.'.join(path)}`: {message}", problems=(problem,))
    return await resolvers.get(info.context, kind, number)
