"""Tags: read, create, update, delete."""

from collections.abc import Awaitable, Sequence

from gql_api.context import Context
from gql_api.errors import at
from gql_api.repositories import Lock, Repositories
from gql_api.resolvers.checks import at_version, found
from gql_api.resolvers.connection import Connection, whole
from gql_api.resolvers.idempotency import create_once
from gql_api.shapes.page import Paging, listed, page, terms
from gql_api.shapes.tag import NewTag, Tag, TagBy, TagChanges, TagFilter, TagOrder


def get(context: Context, by: TagBy) -> Awaitable[Tag | None]:
    if by.id is not None:
        return context.loaders.tag_by_id.load(by.id)
    return context.loaders.tag_by_name.load(by.name or "")


async def list_(
    context: Context, filter: TagFilter | None, order_by: Sequence[TagOrder] | None, limit: int, offset: int
) -> Sequence[Tag]:
    order, part = terms(order_by), page(limit, offset)
    async with context.work.read() as repositories:
        return await repositories.tags.list(filter, order, part)


def connection(
    context: Context, filter: TagFilter | None, order_by: Sequence[TagOrder] | None, paging: Paging
) -> Connection[Tag]:
    listing, cursors_of = listed("Tag", filter, terms(order_by), paging)
    loader = context.loaders.tag_slice(listing)
    return whole(context, lambda repositories: repositories.tags, loader, listing, cursors_of)


async def create(context: Context, input: NewTag, idempotency_key: str | None) -> tuple[Tag, bool]:
    """Create a tag, and return it; the second value says whether an earlier call did."""

    async def create_it(repositories: Repositories) -> Sequence[Tag]:
        with at("input"):
            return [await repositories.tags.add(input)]

    (tag,), replayed = await create_once(
        context,
        "createTag",
        idempotency_key,
        input,
        "Tag",
        create_it,
        lambda repositories, ids: repositories.tags.get_many(ids),
    )
    return tag, replayed


async def update(context: Context, id: int, patch: TagChanges, expected_version: int | None) -> Tag:
    async with context.work.write() as repositories:
        current = found("Tag", await repositories.tags.get(id, Lock.CHANGE), id, "id")
        at_version(current, expected_version)
        with at("patch"):
            return await repositories.tags.update(current, patch)


async def delete(context: Context, id: int, expected_version: int | None) -> Tag:
    """Delete a tag, take it off its tasks, whose versions stay, and return it as it was."""
    async with context.work.write() as repositories:
        current = found("Tag", await repositories.tags.get(id, Lock.CHANGE), id, "id")
        at_version(current, expected_version)
        await repositories.tags.delete(id)
        return current
