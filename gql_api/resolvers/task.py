"""Tasks: read, create, update, delete."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeAlias

from gql_api.context import Context
from gql_api.errors import at
from gql_api.loaders.loader import Loader
from gql_api.repositories import Lock, Repositories
from gql_api.resolvers.category_links import hold
from gql_api.resolvers.checks import at_version, found
from gql_api.resolvers.connection import Connection, whole
from gql_api.resolvers.idempotency import create_once
from gql_api.resolvers.task_writes import add, add_alone, apply
from gql_api.shapes.page import (
    MOST_RELEVANT_FIRST,
    NEWEST_FIRST,
    Listing,
    OrderTerm,
    Outside,
    Paging,
    Slice,
    listed,
    page,
    terms,
)
from gql_api.shapes.search import search_query
from gql_api.shapes.task import NewTask, Task, TaskChanges, TaskFilter, TaskOrder

Orders: TypeAlias = Sequence[TaskOrder] | None


class TaskLoaders(NamedTuple):
    """The loaders of the tasks of one kind of parent, by the parent's id."""

    slices: Callable[[Listing[TaskFilter]], Loader[int, Slice[Task]]]
    counts: Callable[[TaskFilter | None], Loader[int, int]]
    any_outside: Callable[[Outside[TaskFilter]], Loader[int, bool]]


def get(context: Context, id: int) -> Awaitable[Task | None]:
    return context.loaders.task_by_id.load(id)


async def list_(
    context: Context, filter: TaskFilter | None, order_by: Orders, limit: int, offset: int
) -> Sequence[Task]:
    order, part = _order(filter, order_by), page(limit, offset)
    async with context.work.read() as repositories:
        return await repositories.tasks.list(filter, order, part)


def connection(context: Context, filter: TaskFilter | None, order_by: Orders, paging: Paging) -> Connection[Task]:
    listing, cursors_of = _listing(filter, order_by, paging)
    return whole(
        context, lambda repositories: repositories.tasks, context.loaders.task_slice(listing), listing, cursors_of
    )


def connection_in_category(
    context: Context, category_id: int, filter: TaskFilter | None, order_by: Orders, paging: Paging
) -> Connection[Task]:
    by_category_id = TaskLoaders(
        context.loaders.task_slice_by_category_id,
        context.loaders.task_count_by_category_id,
        context.loaders.any_task_outside_by_category_id,
    )
    return _connection_below(category_id, by_category_id, filter, order_by, paging)


def connection_with_tag(
    context: Context, tag_id: int, filter: TaskFilter | None, order_by: Orders, paging: Paging
) -> Connection[Task]:
    by_tag_id = TaskLoaders(
        context.loaders.task_slice_by_tag_id,
        context.loaders.task_count_by_tag_id,
        context.loaders.any_task_outside_by_tag_id,
    )
    return _connection_below(tag_id, by_tag_id, filter, order_by, paging)


async def count(context: Context, filter: TaskFilter | None) -> int:
    async with context.work.read() as repositories:
        return await repositories.tasks.count(filter)


async def create(context: Context, input: NewTask, idempotency_key: str | None) -> tuple[Task, bool]:
    """Create a task, and return it; the second value says whether an earlier call did."""
    if idempotency_key is None and (created := await add_alone(context, [input])) is not None:
        return created[0], False

    async def create_it(repositories: Repositories) -> Sequence[Task]:
        with at("input"):
            return await add(context, repositories, {(): input})

    (task,), replayed = await create_once(
        context,
        "createTask",
        idempotency_key,
        input,
        "Task",
        create_it,
        lambda repositories, ids: repositories.tasks.get_many(ids),
    )
    return task, replayed


async def update(context: Context, id: int, patch: TaskChanges, expected_version: int | None) -> Task:
    async with context.work.write() as repositories:
        # The category first: who deletes one holds it and then takes its tasks, in that order too.
        links = await hold(context, repositories, {(): patch.get("category")})
        current = found("Task", await repositories.tasks.get(id, Lock.CHANGE), id, "id")
        with at("patch"):
            links.check()
        at_version(current, expected_version)
        with at("patch"):
            changed = await apply(context, repositories, [current], patch, links)
    return changed[0] if changed else current


async def delete(context: Context, id: int, expected_version: int | None) -> Task:
    """Delete a task and return it as it was, with the tags that it had."""
    async with context.work.write() as repositories:
        current = found("Task", await repositories.tasks.get(id, Lock.CHANGE), id, "id")
        at_version(current, expected_version)
        tags = (await repositories.tags.by_task_ids([id])).get(id, ())
        await repositories.tasks.delete(id)
    context.loaders.tags_by_task_id.prime_all({id: tags})
    return current


def _connection_below(
    parent_id: int, by_parent: TaskLoaders, filter: TaskFilter | None, order_by: Orders, paging: Paging
) -> Connection[Task]:
    listing, cursors_of = _listing(filter, order_by, paging)
    return Connection(
        cursors_of,
        listing.window,
        lambda: by_parent.slices(listing).load(parent_id),
        lambda: by_parent.counts(filter).load(parent_id),
        lambda *side: by_parent.any_outside(Outside(filter, listing.order, *side)).load(parent_id),
    )


def _listing(filter: TaskFilter | None, order_by: Orders, paging: Paging) -> tuple[Listing[TaskFilter], str]:
    search = filter.search if filter is not None else None
    return listed("Task", filter, _order(filter, order_by), paging, search)


def _order(filter: TaskFilter | None, order_by: Orders) -> tuple[OrderTerm, ...]:
    """Return the order that is asked for; without one, what fits a search best, or else what is newest."""
    searched = filter is not None and filter.search is not None and search_query(filter.search) is not None
    return terms(order_by, MOST_RELEVANT_FIRST if searched else NEWEST_FIRST)
