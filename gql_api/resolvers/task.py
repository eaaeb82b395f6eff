"""Tasks: read, create, update, delete."""

from collections.abc import Sequence

from gql_api.context import Context
from gql_api.errors import NotFoundError, at
from gql_api.repositories import Repositories
from gql_api.resolvers.checks import at_version, found
from gql_api.shapes.page import page, terms
from gql_api.shapes.task import CategoryLink, NewTask, Task, TaskChanges, TaskFilter, TaskOrder, TaskValues
from gql_api.shapes.text import text_key


async def get(context: Context, id: int) -> Task | None:
    return await context.loaders.task_by_id.load(id)


async def list_(
    context: Context, filter: TaskFilter | None, order_by: Sequence[TaskOrder] | None, limit: int, offset: int
) -> Sequence[Task]:
    order, part = terms(order_by), page(limit, offset)
    async with context.work.read() as repositories:
        return await repositories.tasks.list(filter, order, part)


async def count(context: Context, filter: TaskFilter | None) -> int:
    async with context.work.read() as repositories:
        return await repositories.tasks.count(filter)


async def create(context: Context, input: NewTask) -> Task:
    async with context.work.write() as repositories:
        with at("input"):
            values = TaskValues(
                title=input.title,
                description=input.description,
                completed=input.completed,
                priority=input.priority,
                due_at=input.due_at,
                category_id=await _linked(repositories, input.category),
            )
            return await repositories.tasks.add(values)


async def update(context: Context, id: int, patch: TaskChanges, expected_version: int | None) -> Task:
    async with context.work.write() as repositories:
        current = found("Task", await repositories.tasks.get(id, lock=True), id, "id")
        with at("patch"):
            await _check_link(repositories, patch.get("category"))
        at_version(current, expected_version)
        with at("patch"):
            values = TaskValues(**{key: value for key, value in patch.items() if key != "category"})  # type: ignore[typeddict-item]
            if "category" in patch:
                values["category_id"] = await _linked(repositories, patch["category"])
            return await repositories.tasks.update(current, values)


async def delete(context: Context, id: int, expected_version: int | None) -> Task:
    """Delete a task and return it as it was."""
    async with context.work.write() as repositories:
        current = found("Task", await repositories.tasks.get(id, lock=True), id, "id")
        at_version(current, expected_version)
        await repositories.tasks.delete(id)
        return current


async def _linked(repositories: Repositories, link: CategoryLink | None) -> int | None:
    """Return the id of the category that is meant, which is created where the link says so.

    An id is not looked up: the repository answers for one that does not exist.
    """
    if link is None:
        return None
    with at("category"):
        if link.create is not None:
            with at("create"):
                return (await repositories.categories.add(link.create)).id
        if link.name is not None:
            return await _id_by_name(repositories, link.name)
        return link.id


async def _check_link(repositories: Repositories, link: CategoryLink | None) -> None:
    """Raise NotFoundError when the category that is meant does not exist: that is told before a version conflict."""
    if link is None:
        return
    with at("category"):
        if link.id is not None:
            found("Category", await repositories.categories.get(link.id), link.id, "id")
        if link.name is not None:
            await _id_by_name(repositories, link.name)


async def _id_by_name(repositories: Repositories, name: str) -> int:
    category = (await repositories.categories.by_names([name])).get(text_key(name))
    if category is None:
        raise NotFoundError("Category", "name", name=name)
    return category.id
