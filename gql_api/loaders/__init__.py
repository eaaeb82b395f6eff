"""The loaders of one operation, named for what goes in and comes out. They are made anew for each operation."""

from collections.abc import Callable
from typing import Any, TypeVar

from gql_api.loaders.base import Loader
from gql_api.loaders.category import category_by_id, category_by_name
from gql_api.loaders.tag import tag_by_id, tag_by_name, tags_by_task_id
from gql_api.loaders.task import task_by_id, task_count_by_category_id, task_count_by_tag_id
from gql_api.shapes.task import TaskFilter
from gql_api.unit_of_work import UnitOfWork

ArgumentT = TypeVar("ArgumentT")
ResultT = TypeVar("ResultT")


class Loaders:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.task_by_id = task_by_id(work)
        self.category_by_id = category_by_id(work)
        self.category_by_name = category_by_name(work)
        self.tag_by_id = tag_by_id(work)
        self.tag_by_name = tag_by_name(work)
        self.tags_by_task_id = tags_by_task_id(work)
        self._with_arguments: dict[tuple[object, ...], Loader[int, Any]] = {}

    def task_count_by_category_id(self, filter: TaskFilter | None) -> Loader[int, int]:
        """Return the loader for this filter: each set of arguments is one statement, however often it is asked."""
        return self._once(task_count_by_category_id, filter)

    def task_count_by_tag_id(self, filter: TaskFilter | None) -> Loader[int, int]:
        """Return the loader for this filter, as for categories."""
        return self._once(task_count_by_tag_id, filter)

    def _once(
        self, make: Callable[[UnitOfWork, ArgumentT], Loader[int, ResultT]], argument: ArgumentT
    ) -> Loader[int, ResultT]:
        key = (make, argument)
        if key not in self._with_arguments:
            self._with_arguments[key] = make(self._work, argument)
        return self._with_arguments[key]
