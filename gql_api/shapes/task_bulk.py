"""Many tasks at once: what is sent."""

from gql_api.shapes.base import Shape
from gql_api.shapes.task import TaskFilter

MAX_TASKS = 1_000
"""Most tasks that one call creates, changes or deletes."""

DEFAULT_AT_MOST = 50


class TaskSelection(Shape):
    """Which tasks are changed or deleted. Exactly one key is given; `all` is true."""

    ids: tuple[int, ...] | None
    filter: TaskFilter | None
    all: bool | None
