"""Many tasks in one write: all of it is done, or nothing."""

from collections.abc import Mapping, Sequence

from gql_api.context import Context
from gql_api.errors import NotFoundError, TooManyError, at
from gql_api.repositories import Repositories
from gql_api.resolvers.category_links import hold
from gql_api.resolvers.idempotency import create_once
from gql_api.resolvers.task_writes import add, add_alone, apply
from gql_api.shapes.task import NewTask, Task, TaskChanges
from gql_api.shapes.task_bulk import TaskSelection


async def create(
    context: Context, input: Sequence[NewTask], idempotency_key: str | None
) -> tuple[Sequence[Task], bool]:
    """Create tasks, and return them in the order of the input; the second value says whether an earlier call did."""
    if idempotency_key is None and (created := await add_alone(context, input)) is not None:
        return created, False

    async def create_them(repositories: Repositories) -> Sequence[Task]:
        with at("input"):
            return await add(context, repositories, {(str(index),): each for index, each in enumerate(input)})

    return await create_once(
        context,
        "createTasks",
        idempotency_key,
        input,
        "Task",
        create_them,
        lambda repositories, ids: repositories.tasks.get_many(ids),
    )


async def update(
    context: Context, where: TaskSelection, patch: TaskChanges, at_most: int, *, dry_run: bool
) -> tuple[Sequence[Task], int]:
    """Change the selected tasks, each as the patch says; return them, and how many of them it changes.

    They are as they are now, or, in a dry run, as they are still.
    """
    async with context.work.write(keep=not dry_run) as repositories:
        # The category first: who deletes one holds it and then takes its tasks, in that order too.
        links = await hold(context, repositories, {(): patch.get("category")})
        selected = await _selected(repositories, where, at_most)
        with at("patch"):
            links.check()
        await _check_number(repositories, where, selected, at_most)
        with at("patch"):
            changed = {task.id: task for task in await apply(context, repositories, selected, patch, links)}
    tasks = selected if dry_run else [changed.get(task.id, task) for task in selected]
    return _in_order(where, tasks), len(changed)


async def delete(context: Context, where: TaskSelection, at_most: int, *, dry_run: bool) -> Sequence[Task]:
    """Delete the selected tasks, and return them as they were, with the tags that they had."""
    async with context.work.write(keep=not dry_run) as repositories:
        selected = await _selected(repositories, where, at_most)
        await _check_number(repositories, where, selected, at_most)
        ids = [task.id for task in selected]
        tags = await repositories.tags.by_task_ids(ids)
        await repositories.tasks.delete_many(ids)
    context.loaders.tags_by_task_id.prime_all({id: tags.get(id, ()) for id in ids})
    return _in_order(where, selected)


async def _selected(repositories: Repositories, where: TaskSelection, at_most: int) -> Sequence[Task]:
    """Return the selected tasks, locked: one more than are allowed when there are too many.

    Raises NotFoundError at the first id that no task has.
    """
    tasks = await repositories.tasks.lock_selected(where, at_most + 1)
    found = {task.id for task in tasks}
    for index, id in enumerate(where.ids or ()):
        if id not in found:
            raise NotFoundError("Task", "where", "ids", str(index), id=id)
    return tasks


async def _check_number(
    repositories: Repositories, where: TaskSelection, selected: Sequence[Task], at_most: int
) -> None:
    """Raise TooManyError, with the true number, when more are selected than are allowed."""
    if len(selected) <= at_most:
        return
    there = len(selected) if where.ids is not None else await repositories.tasks.count(where.filter)
    # Others may have changed some meanwhile, so that fewer match now than were seen.
    raise TooManyError(max(there, len(selected)), at_most, "at_most")


def _in_order(where: TaskSelection, tasks: Sequence[Task]) -> Sequence[Task]:
    """Return tasks that were selected by ids in the order of these, and others as they are."""
    by_id: Mapping[int, Task] = {task.id: task for task in tasks}
    return tasks if where.ids is None else [by_id[id] for id in dict.fromkeys(where.ids)]
