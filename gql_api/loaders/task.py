"""Loaders that answer tasks, or facts about them."""

from gql_api.loaders.base import Loader, by_id
from gql_api.shapes.task import Task, TaskFilter
from gql_api.unit_of_work import UnitOfWork


def task_by_id(work: UnitOfWork) -> Loader[int, Task | None]:
    return by_id(work, lambda repositories: repositories.tasks)


def task_count_by_category_id(work: UnitOfWork, filter: TaskFilter | None) -> Loader[int, int]:
    async def load(ids: list[int]) -> list[int]:
        async with work.read() as repositories:
            counts = await repositories.tasks.count_by_category(ids, filter)
        return [counts.get(id, 0) for id in ids]

    return Loader(work, load)


def task_count_by_tag_id(work: UnitOfWork, filter: TaskFilter | None) -> Loader[int, int]:
    async def load(ids: list[int]) -> list[int]:
        async with work.read() as repositories:
            counts = await repositories.tasks.count_by_tag(ids, filter)
        return [counts.get(id, 0) for id in ids]

    return Loader(work, load)
