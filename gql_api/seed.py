"""Putting demo data into a database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gql_api import demo
from gql_api.demo import DemoTask
from gql_api.errors import AlreadyExistsError
from gql_api.repositories import Lock, Repositories
from gql_api.session import Sessions
from gql_api.shapes.category import NewCategory
from gql_api.shapes.task import DatedTask
from gql_api.shapes.text import text_key
from gql_api.unit_of_work import UnitOfWork

BATCH = 1_000
"""Tasks of one transaction: memory does not grow with the number of tasks, and what is interrupted can be continued."""


async def fill_if_empty(sessions: Sessions) -> int:
    """Add the small list to a database without categories and tasks. Return how many tasks were added."""
    work = UnitOfWork(sessions)
    try:
        async with work.read() as repositories:
            if await repositories.tasks.count(None) or await repositories.categories.count(None):
                return 0
    finally:
        await work.close()
    return sum([added async for added in add(sessions, None)])


async def missing(sessions: Sessions, total: int | None) -> int:
    """Return how many tasks `add` would add."""
    work = UnitOfWork(sessions)
    try:
        async with work.read() as repositories:
            of_the_list = len(await _not_there(repositories))
            if total is None:
                return of_the_list
            return max(0, total - await repositories.tasks.count(None))
    finally:
        await work.close()


async def add(sessions: Sessions, total: int | None) -> AsyncIterator[int]:
    """Add what is missing of the demo data, and tell after each transaction how many tasks it has added.

    First the small list, by title; then, with a total, generated tasks until there are so many in all, other people's
    included. Never more than the total. Of two that do this at once, one waits for the other.
    """
    work = UnitOfWork(sessions)
    try:
        while True:
            async with work.write() as repositories:
                added = await _add_batch(repositories, total)
            if added == 0:
                return
            yield added
    finally:
        await work.close()


async def _add_batch(repositories: Repositories, total: int | None) -> int:
    categories = await _categories(repositories)
    tags = {key: tag.id for key, tag in (await repositories.tags.ensure(demo.TAGS)).items()}
    there = await repositories.tasks.count(None)
    room = BATCH if total is None else min(BATCH, max(0, total - there))
    batch = await _not_there(repositories)
    if not batch and total is not None:
        batch = [demo.generated(number) for number in range(there, there + room)]
    batch = batch[:room]
    added = await repositories.tasks.add_many([_dated(task, categories) for task in batch])
    await repositories.tasks.tag_many(
        [(new.id, tags[text_key(name)]) for new, task in zip(added, batch, strict=True) for name in task.tags]
    )
    return len(batch)


async def _categories(repositories: Repositories) -> Mapping[str | None, int | None]:
    """Return the ids of the demo categories by name, creating those that are missing; the first one is locked."""
    found = await repositories.categories.by_names(demo.CATEGORIES)
    ids: dict[str | None, int | None] = {None: None}
    for name, color in demo.CATEGORIES.items():
        try:
            category = found.get(text_key(name)) or await repositories.categories.add(
                NewCategory(name=name, color=color)
            )
        except AlreadyExistsError as error:
            ids[name] = error.existing.id
        else:
            ids[name] = category.id
    first = ids[next(iter(demo.CATEGORIES))]
    assert first is not None  # noqa: S101 - for the type checker: it was added above
    await repositories.categories.get(first, Lock.CHANGE)
    return ids


async def _not_there(repositories: Repositories) -> Sequence[DemoTask]:
    """Return the tasks of the small list whose titles no task has."""
    there = await repositories.tasks.titles_among([task.title for task in demo.LIST])
    last = len(demo.LIST) - 1
    return [
        replace(task, age=timedelta(hours=5 * (last - number)))
        for number, task in enumerate(demo.LIST)
        if text_key(task.title) not in there
    ]


def _dated(task: DemoTask, categories: Mapping[str | None, int | None]) -> DatedTask:
    now = datetime.now(UTC)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    created = now - task.age
    completed = created + task.age / 2 if task.completed else None
    return DatedTask(
        title=task.title,
        description=task.description,
        completed=task.completed,
        completed_at=completed,
        priority=task.priority,
        due_at=None if task.due is None else this_hour + task.due,
        category_id=categories[task.category],
        created_at=created,
        updated_at=completed or created,
    )
