"""Categories: read, create, update, delete."""

from collections.abc import Awaitable, Sequence

from gql_api.context import Context
from gql_api.errors import CategoryNotEmptyError, InvalidError, ProblemCode, TooManyError, at
from gql_api.repositories import Lock, Repositories
from gql_api.resolvers.checks import at_version, found
from gql_api.resolvers.connection import Connection, whole
from gql_api.resolvers.idempotency import create_once
from gql_api.shapes.category import (
    Category,
    CategoryBy,
    CategoryChanges,
    CategoryFilter,
    CategoryOrder,
    CategoryTasksAction,
    CategoryTasksPolicy,
    NewCategory,
)
from gql_api.shapes.page import Paging, listed, page, terms

MAX_AFFECTED = 1_000
"""Most tasks that the deletion of one category moves, uncategorizes or deletes."""


def get(context: Context, by: CategoryBy) -> Awaitable[Category | None]:
    if by.id is not None:
        return context.loaders.category_by_id.load(by.id)
    return context.loaders.category_by_name.load(by.name or "")


async def list_(
    context: Context, filter: CategoryFilter | None, order_by: Sequence[CategoryOrder] | None, limit: int, offset: int
) -> Sequence[Category]:
    order, part = terms(order_by), page(limit, offset)
    async with context.work.read() as repositories:
        return await repositories.categories.list(filter, order, part)


def connection(
    context: Context, filter: CategoryFilter | None, order_by: Sequence[CategoryOrder] | None, paging: Paging
) -> Connection[Category]:
    listing, cursors_of = listed("Category", filter, terms(order_by), paging)
    loader = context.loaders.category_slice(listing)
    return whole(context, lambda repositories: repositories.categories, loader, listing, cursors_of)


async def create(context: Context, input: NewCategory, idempotency_key: str | None) -> tuple[Category, bool]:
    """Create a category, and return it; the second value says whether an earlier call did."""

    async def create_it(repositories: Repositories) -> Sequence[Category]:
        with at("input"):
            return [await repositories.categories.add(input)]

    (category,), replayed = await create_once(
        context,
        "createCategory",
        idempotency_key,
        input,
        "Category",
        create_it,
        lambda repositories, ids: repositories.categories.get_many(ids),
    )
    return category, replayed


async def update(context: Context, id: int, patch: CategoryChanges, expected_version: int | None) -> Category:
    async with context.work.write() as repositories:
        current = found("Category", await repositories.categories.get(id, Lock.CHANGE), id, "id")
        at_version(current, expected_version)
        with at("patch"):
            return await repositories.categories.update(current, patch)


async def delete(
    context: Context, id: int, tasks: CategoryTasksPolicy | None, expected_version: int | None
) -> tuple[Category, Sequence[int]]:
    """Delete a category and return it as it was, with the ids of the tasks that went elsewhere or away with it."""
    target = tasks.move_to if tasks is not None else None
    if target == id:
        raise InvalidError(
            ProblemCode.SAME_CATEGORY, "Tasks cannot move to the category that is deleted.", "tasks", "move_to"
        )
    async with context.work.write() as repositories:
        # In the order of their ids, so that two deletions that move tasks to each other's category do not deadlock.
        locks = {id: Lock.CHANGE} if target is None else {id: Lock.CHANGE, target: Lock.REFER}
        locked = {each: await repositories.categories.get(each, locks[each]) for each in sorted(locks)}
        current = found("Category", locked[id], id, "id")
        if target is not None:
            found("Category", locked[target], target, "tasks", "move_to")
        at_version(current, expected_version)
        affected = await _clear(repositories, id, tasks)
        await repositories.categories.delete(id)
        return current, affected


async def _clear(repositories: Repositories, id: int, policy: CategoryTasksPolicy | None) -> Sequence[int]:
    """Do with the category's tasks what the policy says, and return their ids."""
    matched = (await repositories.tasks.count_by_category([id], None)).get(id, 0)
    if matched == 0:
        return []
    if policy is None:
        raise CategoryNotEmptyError(matched, "id")
    if matched > MAX_AFFECTED:
        raise TooManyError(matched, MAX_AFFECTED, "tasks")
    if policy.action is CategoryTasksAction.DELETE:
        return await repositories.tasks.delete_in_category(id)
    return await repositories.tasks.move(id, policy.move_to)
