"""The loaders of one operation, named for what goes in and comes out. They are made anew for each operation."""

from gql_api.loaders.base import Loader
from gql_api.loaders.category import category_by_id, category_by_name
from gql_api.loaders.task import task_by_id, task_count_by_category_id
from gql_api.shapes.task import TaskFilter
from gql_api.unit_of_work import UnitOfWork


class Loaders:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.task_by_id = task_by_id(work)
        self.category_by_id = category_by_id(work)
        self.category_by_name = category_by_name(work)
        self._task_counts: dict[TaskFilter | None, Loader[int, int]] = {}

    def task_count_by_category_id(self, filter: TaskFilter | None) -> Loader[int, int]:
        """Return the loader for this filter: each set of arguments is one statement, however often it is asked."""
        if filter not in self._task_counts:
            self._task_counts[filter] = task_count_by_category_id(self._work, filter)
        return self._task_counts[filter]
