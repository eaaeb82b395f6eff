"""The data that is asked for: tasks, categories, tags, the same each time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from gql_api import db, migrations
from gql_api.repositories import Repositories
from gql_api.shapes.category import NewCategory
from gql_api.shapes.task import DatedTask, TaskPriority
from gql_api.shapes.text import text_key
from gql_api.unit_of_work import UnitOfWork

TASKS = 20_000
CATEGORIES = 50
TAGS = 20
BATCH = 1_000

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
"""When the newest task was created; each of the others is a minute older than the one before."""

TOPICS = ("garden", "kitchen", "invoice", "journey", "library", "music", "repair", "letter", "market", "school")
"""One word of each description, to search for."""


async def fill(url: str, tasks: int = TASKS) -> None:
    """Migrate a database, and fill it. The tasks are numbered from 1, the oldest.

    Every tenth task has no category, and the others are spread over all of them. Every second task has a tag, every
    fourth two. Every third has no description, every fourth is completed.
    """
    engine = db.create_engine(url)
    work = UnitOfWork(db.create_sessions(engine))
    try:
        await migrations.upgrade(engine)
        async with work.write() as repositories:
            categories = [await _category(repositories, number) for number in range(CATEGORIES)]
            names = [f"Tag {number:02}" for number in range(TAGS)]
            made = await repositories.tags.ensure(names)
            tags = [made[text_key(name)].id for name in names]
        for first in range(1, tasks + 1, BATCH):
            numbers = range(first, min(first + BATCH, tasks + 1))
            async with work.write() as repositories:
                await _add(repositories, numbers, tasks, categories, tags)
    finally:
        await work.close()
        await engine.dispose()


async def _category(repositories: Repositories, number: int) -> int:
    return (await repositories.categories.add(NewCategory(name=f"Category {number:02}", color=None))).id


async def _add(
    repositories: Repositories, numbers: Sequence[int], last: int, categories: Sequence[int], tags: Sequence[int]
) -> None:
    added = await repositories.tasks.add_many([_task(number, last, categories) for number in numbers])
    links = [
        (task.id, tags[(number + place) % TAGS])
        for number, task in zip(numbers, added, strict=True)
        for place, every in enumerate((2, 4))
        if number % every == 0
    ]
    await repositories.tasks.tag_many(links)


def _task(number: int, last: int, categories: Sequence[int]) -> DatedTask:
    created = NOW - timedelta(minutes=last - number)
    completed = created + timedelta(seconds=30) if number % 4 == 0 else None
    categorized = number - number // 10
    topic = TOPICS[number // 10 % len(TOPICS)]
    return DatedTask(
        title=f"Task number {number}",
        description=None if number % 3 == 0 else f"About the {topic}: what is to be done for task {number}",
        completed=completed is not None,
        completed_at=completed,
        priority=TaskPriority(number % 5),
        due_at=None,
        category_id=None if number % 10 == 0 else categories[categorized % CATEGORIES],
        created_at=created,
        updated_at=completed or created,
    )
