"""Tasks: read, create, update, delete."""

from collections.abc import Sequence
from typing import cast

from gql_api.context import Context
from gql_api.errors import InvalidError, NotFoundError, ProblemCode, at
from gql_api.repositories import Lock, Repositories
from gql_api.resolvers.checks import at_version, found
from gql_api.resolvers.connection import Connection, whole
from gql_api.shapes.category import Category
from gql_api.shapes.page import (
    MOST_RELEVANT_FIRST,
    NEWEST_FIRST,
    Listing,
    OrderTerm,
    Outside,
    Paging,
    page,
    scope,
    terms,
    window,
)
from gql_api.shapes.search import search_query
from gql_api.shapes.tag import MAX_TAGS
from gql_api.shapes.task import CategoryLink, NewTask, Task, TaskChanges, TaskFilter, TaskOrder, TaskValues
from gql_api.shapes.text import text_key


async def get(context: Context, id: int) -> Task | None:
    return await context.loaders.task_by_id.load(id)


async def list_(
    context: Context, filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None, limit: int, offset: int
) -> Sequence[Task]:
    order, part = _order(filter, order_by), page(limit, offset)
    async with context.work.read() as repositories:
        return await repositories.tasks.list(filter, order, part)


def connection(
    context: Context, filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None, paging: Paging
) -> Connection[Task]:
    listing, cursors_of = _listing(filter, order_by, paging)
    return whole(
        context, lambda repositories: repositories.tasks, context.loaders.task_slice(listing), listing, cursors_of
    )


def connection_in_category(
    context: Context,
    category_id: int,
    filter: TaskFilter | None,
    order_by: Sequence[TaskOrder] | None,
    paging: Paging,
) -> Connection[Task]:
    listing, cursors_of = _listing(filter, order_by, paging)
    loaders = context.loaders
    return Connection(
        cursors_of,
        listing.window,
        lambda: loaders.task_slice_by_category_id(listing).load(category_id),
        lambda: loaders.task_count_by_category_id(filter).load(category_id),
        lambda *side: loaders.any_task_outside_by_category_id(Outside(filter, listing.order, *side)).load(category_id),
    )


def connection_with_tag(
    context: Context, tag_id: int, filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None, paging: Paging
) -> Connection[Task]:
    listing, cursors_of = _listing(filter, order_by, paging)
    loaders = context.loaders
    return Connection(
        cursors_of,
        listing.window,
        lambda: loaders.task_slice_by_tag_id(listing).load(tag_id),
        lambda: loaders.task_count_by_tag_id(filter).load(tag_id),
        lambda *side: loaders.any_task_outside_by_tag_id(Outside(filter, listing.order, *side)).load(tag_id),
    )


async def count(context: Context, filter: TaskFilter | None) -> int:
    async with context.work.read() as repositories:
        return await repositories.tasks.count(filter)


async def create(context: Context, input: NewTask) -> Task:
    async with context.work.write() as repositories:
        with at("input"):
            linked = await _linked(repositories, input.category)
            _check_linked(input.category, linked)
            values = TaskValues(
                title=input.title,
                description=input.description,
                completed=input.completed,
                priority=input.priority,
                due_at=input.due_at,
                category_id=await _category_id(repositories, input.category, linked),
            )
            tags = await repositories.tags.ensure(input.tags)
            return await repositories.tasks.add(values, [tag.id for tag in tags.values()])


async def update(context: Context, id: int, patch: TaskChanges, expected_version: int | None) -> Task:
    link = patch.get("category")
    async with context.work.write() as repositories:
        # The category first: who deletes one holds it and then takes its tasks, in that order too.
        linked = await _linked(repositories, link)
        current = found("Task", await repositories.tasks.get(id, Lock.CHANGE), id, "id")
        with at("patch"):
            _check_linked(link, linked)
        at_version(current, expected_version)
        with at("patch"):
            values = cast(TaskValues, {key: value for key, value in patch.items() if key in TaskValues.__annotations__})
            if "category" in patch:
                values["category_id"] = await _category_id(repositories, link, linked)
            has, wanted = await _tag_ids(repositories, current, patch)
            return await repositories.tasks.update(current, values, tag=wanted - has, untag=has - wanted)


async def delete(context: Context, id: int, expected_version: int | None) -> Task:
    """Delete a task and return it as it was, with the tags that it had."""
    async with context.work.write() as repositories:
        current = found("Task", await repositories.tasks.get(id, Lock.CHANGE), id, "id")
        at_version(current, expected_version)
        tags = (await repositories.tags.by_task_ids([id])).get(id, ())
        await repositories.tasks.delete(id)
    context.loaders.tags_by_task_id.prime(id, tags)
    return current


def _listing(
    filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None, paging: Paging
) -> tuple[Listing[TaskFilter], str]:
    order = _order(filter, order_by)
    cursors_of = scope("Task", order, filter.search if filter is not None else None)
    return Listing(filter, order, window(paging, order, cursors_of)), cursors_of


def _order(filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None) -> tuple[OrderTerm, ...]:
    """Return the order that is asked for; without one, what fits a search best, or else what is newest."""
    searched = filter is not None and filter.search is not None and search_query(filter.search) is not None
    return terms(order_by, MOST_RELEVANT_FIRST if searched else NEWEST_FIRST)


async def _linked(repositories: Repositories, link: CategoryLink | None) -> Category | None:
    """Return the existing category that is meant, held so that nobody deletes it before the task refers to it."""
    if link is not None and link.id is not None:
        return await repositories.categories.get(link.id, Lock.REFER)
    if link is not None and link.name is not None:
        return (await repositories.categories.by_names([link.name], Lock.REFER)).get(text_key(link.name))
    return None


def _check_linked(link: CategoryLink | None, linked: Category | None) -> None:
    """Raise NotFoundError when an existing category is meant and there is none."""
    if link is None or link.create is not None or linked is not None:
        return
    key = "id" if link.name is None else "name"
    raise NotFoundError("Category", "category", key, id=link.id, name=link.name)


async def _category_id(repositories: Repositories, link: CategoryLink | None, linked: Category | None) -> int | None:
    """Return the id of the category that is meant, which is created where the link says so."""
    if link is not None and link.create is not None:
        with at("category", "create"):
            return (await repositories.categories.add(link.create)).id
    return None if linked is None else linked.id


async def _tag_ids(repositories: Repositories, current: Task, patch: TaskChanges) -> tuple[set[int], set[int]]:
    """Return the ids of the tags that the locked task has, and of those that it is to have, which are held.

    Tags that are missing are created, after all else that a task refers to: who makes others wait does so in one order.
    """
    if not patch.keys() & {"tags", "add_tags", "remove_tags"}:
        return set(), set()
    ensured = await repositories.tags.ensure(patch["tags"] if "tags" in patch else patch.get("add_tags", []))
    named = {tag.id for tag in ensured.values()}
    has = await repositories.tasks.tag_ids(current.id)
    if "tags" in patch:
        return has, named
    removed = await repositories.tags.by_names(patch.get("remove_tags", []))
    wanted = (has | named) - {tag.id for tag in removed.values()}
    if len(wanted) > MAX_TAGS:
        message = f"A task has at most {MAX_TAGS} tags; it would have {len(wanted)}."
        raise InvalidError(ProblemCode.TOO_LONG, message, "add_tags")
    return has, wanted
