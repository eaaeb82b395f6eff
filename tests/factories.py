"""Values to begin with, where a test cares about few of them."""

from collections.abc import Sequence
from typing import Any

from gql_api.repositories import Repositories
from gql_api.shapes.category import Category, NewCategory
from gql_api.shapes.tag import NewTag, Tag
from gql_api.shapes.task import Task, TaskPriority, TaskValues


async def add_category(repositories: Repositories, name: str = "Home", color: str | None = None) -> Category:
    return await repositories.categories.add(NewCategory(name=name, color=color))


async def add_tags(repositories: Repositories, *names: str) -> list[Tag]:
    return [await repositories.tags.add(NewTag(name=name)) for name in names]


async def add_task(
    repositories: Repositories, title: str = "Water the plants", tags: Sequence[Tag] = (), **values: Any
) -> Task:
    complete = TaskValues(
        title=title, description=None, completed=False, priority=TaskPriority.NONE, due_at=None, category_id=None
    )
    made = TaskValues(**{**complete, **values})  # type: ignore[typeddict-item]
    (task,) = await repositories.tasks.add_many([made])
    await repositories.tasks.tag_many([(task.id, tag.id) for tag in tags])
    return task


async def change_task(
    repositories: Repositories, task: Task, changes: TaskValues, tag: Sequence[Tag] = (), untag: Sequence[Tag] = ()
) -> Task:
    changed = await repositories.tasks.update(
        [task], changes, tag=[(task.id, each.id) for each in tag], untag=[(task.id, each.id) for each in untag]
    )
    return changed[0] if changed else task
