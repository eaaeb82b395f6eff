"""The loaders of one operation, named for what goes in and comes out. They are made anew for each operation."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, TypeVarTuple

from gql_api.loaders.category import category_by_id, category_by_name, category_slice
from gql_api.loaders.loader import Loader
from gql_api.loaders.tag import tag_by_id, tag_by_name, tag_slice, tags_by_task_id
from gql_api.loaders.task import (
    any_task_outside_by_category_id,
    any_task_outside_by_tag_id,
    task_by_id,
    task_count_by_category_id,
    task_count_by_tag_id,
    task_slice,
    task_slice_by_category_id,
    task_slice_by_tag_id,
)
from gql_api.shapes.category import Category, CategoryFilter
from gql_api.shapes.page import Listing, Outside, Slice
from gql_api.shapes.tag import Tag, TagFilter
from gql_api.shapes.task import Task, TaskFilter
from gql_api.unit_of_work import UnitOfWork

ArgumentsT = TypeVarTuple("ArgumentsT")
KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


class Loaders:
    """Each is made when it is first asked for."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._made: dict[tuple[object, ...], Loader[Any, Any]] = {}

    @property
    def task_by_id(self) -> Loader[int, Task | None]:
        return self._once(task_by_id)

    @property
    def category_by_id(self) -> Loader[int, Category | None]:
        return self._once(category_by_id)

    @property
    def category_by_name(self) -> Loader[str, Category | None]:
        return self._once(category_by_name)

    @property
    def tag_by_id(self) -> Loader[int, Tag | None]:
        return self._once(tag_by_id)

    @property
    def tag_by_name(self) -> Loader[str, Tag | None]:
        return self._once(tag_by_name)

    @property
    def tags_by_task_id(self) -> Loader[int, Sequence[Tag]]:
        return self._once(tags_by_task_id)

    def task_count_by_category_id(self, filter: TaskFilter | None) -> Loader[int, int]:
        """Return the loader for this filter: each set of arguments is one statement, however often it is asked."""
        return self._once(task_count_by_category_id, filter)

    def task_count_by_tag_id(self, filter: TaskFilter | None) -> Loader[int, int]:
        """Return the loader for this filter, as for categories."""
        return self._once(task_count_by_tag_id, filter)

    def task_slice(self, listing: Listing[TaskFilter]) -> Loader[None, Slice[Task]]:
        return self._once(task_slice, listing)

    def category_slice(self, listing: Listing[CategoryFilter]) -> Loader[None, Slice[Category]]:
        return self._once(category_slice, listing)

    def tag_slice(self, listing: Listing[TagFilter]) -> Loader[None, Slice[Tag]]:
        return self._once(tag_slice, listing)

    def task_slice_by_category_id(self, listing: Listing[TaskFilter]) -> Loader[int, Slice[Task]]:
        return self._once(task_slice_by_category_id, listing)

    def task_slice_by_tag_id(self, listing: Listing[TaskFilter]) -> Loader[int, Slice[Task]]:
        return self._once(task_slice_by_tag_id, listing)

    def any_task_outside_by_category_id(self, outside: Outside[TaskFilter]) -> Loader[int, bool]:
        return self._once(any_task_outside_by_category_id, outside)

    def any_task_outside_by_tag_id(self, outside: Outside[TaskFilter]) -> Loader[int, bool]:
        return self._once(any_task_outside_by_tag_id, outside)

    def _once(
        self, make: Callable[[UnitOfWork, *ArgumentsT], Loader[KeyT, ResultT]], *arguments: *ArgumentsT
    ) -> Loader[KeyT, ResultT]:
        key = (make, *arguments)
        loader = self._made.get(key)
        if loader is None:
            loader = self._made[key] = make(self._work, *arguments)
            loader.name = make.__name__
        return loader
