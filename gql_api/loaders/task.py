"""Loaders that answer tasks, or facts about them."""

from gql_api.loaders.base import NOTHING, by_id, one_slice
from gql_api.loaders.loader import Loader
from gql_api.shapes.page import Listing, Outside, Slice
from gql_api.shapes.task import Task, TaskFilter
from gql_api.unit_of_work import UnitOfWork


def task_by_id(work: UnitOfWork) -> Loader[int, Task | None]:
    return by_id(work, lambda repositories: repositories.tasks)


def task_slice(work: UnitOfWork, listing: Listing[TaskFilter]) -> Loader[None, Slice[Task]]:
    return one_slice(work, lambda repositories: repositories.tasks, listing)


def task_slice_by_category_id(work: UnitOfWork, listing: Listing[TaskFilter]) -> Loader[int, Slice[Task]]:
    return Loader(work, lambda repositories, ids: repositories.tasks.slices_by_category(ids, listing), NOTHING)


def task_slice_by_tag_id(work: UnitOfWork, listing: Listing[TaskFilter]) -> Loader[int, Slice[Task]]:
    return Loader(work, lambda repositories, ids: repositories.tasks.slices_by_tag(ids, listing), NOTHING)


def any_task_outside_by_category_id(work: UnitOfWork, outside: Outside[TaskFilter]) -> Loader[int, bool]:
    return Loader(
        work, lambda repositories, ids: repositories.tasks.any_outside_by_category(ids, outside), missing=False
    )


def any_task_outside_by_tag_id(work: UnitOfWork, outside: Outside[TaskFilter]) -> Loader[int, bool]:
    return Loader(work, lambda repositories, ids: repositories.tasks.any_outside_by_tag(ids, outside), missing=False)


def task_count_by_category_id(work: UnitOfWork, filter: TaskFilter | None) -> Loader[int, int]:
    return Loader(work, lambda repositories, ids: repositories.tasks.count_by_category(ids, filter), 0)


def task_count_by_tag_id(work: UnitOfWork, filter: TaskFilter | None) -> Loader[int, int]:
    return Loader(work, lambda repositories, ids: repositories.tasks.count_by_tag(ids, filter), 0)
