"""The root fields about tags: typed arguments in, plain values down, results out."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

import strawberry

from gql_api.resolvers import tag as resolvers
from gql_api.resolvers.connection import Connection
from gql_api.schema import global_id
from gql_api.schema.fields import id_argument
from gql_api.schema.idempotency import IdempotencyKey
from gql_api.schema.info import Info
from gql_api.schema.inputs import After, Before, ExpectedVersion, First, Last, Limit, Offset
from gql_api.schema.tag import DeleteTagSuccess, TagSuccess
from gql_api.schema.tag_inputs import CreateTagInput, TagBy, TagFilter, TagOrder, TagPatch
from gql_api.shapes import tag as shapes
from gql_api.shapes.page import DEFAULT_LIMIT, Paging

TagsFilter = Annotated[TagFilter | None, strawberry.argument(description="Which tags; all without it.")]
TagsOrder = Annotated[
    list[TagOrder] | None,
    strawberry.argument(description="In which order; without it the newest first. At most one element for each key."),
]


def tag(
    info: Info, by: Annotated[TagBy, strawberry.argument(description="Its id or its name.")]
) -> Awaitable[shapes.Tag | None]:
    return resolvers.get(info.context, by)


def tags(
    info: Info,
    filter: TagsFilter,
    order_by: TagsOrder,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Awaitable[Sequence[shapes.Tag]]:
    return resolvers.list_(info.context, filter, order_by, limit, offset)


def tags_connection(
    info: Info, filter: TagsFilter, order_by: TagsOrder, first: First, after: After, last: Last, before: Before
) -> Connection[shapes.Tag]:
    return resolvers.connection(info.context, filter, order_by, Paging(first, after, last, before))


async def create_tag(
    info: Info,
    input: Annotated[CreateTagInput, strawberry.argument(description="The new tag.")],
    idempotency_key: IdempotencyKey,
) -> TagSuccess:
    created, replayed = await resolvers.create(info.context, input, idempotency_key)
    return TagSuccess(tag=created, replayed=replayed)


async def update_tag(
    info: Info,
    id: Annotated[int, id_argument("Tag", "The tag to change.")],
    patch: Annotated[TagPatch, strawberry.argument(description="The changes; {} changes nothing.")],
    expected_version: ExpectedVersion,
) -> TagSuccess:
    return TagSuccess(tag=await resolvers.update(info.context, id, patch.changes(), expected_version))


async def delete_tag(
    info: Info, id: Annotated[int, id_argument("Tag", "The tag to delete.")], expected_version: ExpectedVersion
) -> DeleteTagSuccess:
    deleted = await resolvers.delete(info.context, id, expected_version)
    return DeleteTagSuccess(deleted_id=global_id.encode("Tag", deleted.id), tag=deleted)
