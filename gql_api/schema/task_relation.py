"""Tasks as a relation: the connection that whatever has tasks answers them with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry

from gql_api.context import Context
from gql_api.resolvers.connection import Connection
from gql_api.schema.fields import CheckedArguments
from gql_api.schema.info import Info
from gql_api.schema.inputs import After, Before, First, Last
from gql_api.schema.task_inputs import TaskFilter, TaskOrder
from gql_api.shapes import task as shapes
from gql_api.shapes.page import Paging

if TYPE_CHECKING:
    from gql_api.schema.task import TaskConnection

Tasks: TypeAlias = Connection[shapes.Task]
TasksFilter = Annotated[TaskFilter | None, strawberry.argument(description="Which tasks; all of them without it.")]
TasksOrder = Annotated[
    list[TaskOrder] | None,
    strawberry.argument(
        description="In which order; without it the newest first or, with `search`, what fits it best. At most one "
        "element for each key."
    ),
]


def tasks_relation(
    connect: Callable[[Context, int, TaskFilter | None, list[TaskOrder] | None, Paging], Tasks], description: str
) -> Any:
    """Make the field that answers the connection for the parent's id."""

    def resolve(
        self: Any,
        info: Info,
        filter: TasksFilter,
        order_by: TasksOrder,
        first: First,
        after: After,
        last: Last,
        before: Before,
    ) -> Any:
        return connect(info.context, self.id, filter, order_by, Paging(first, after, last, before))

    return strawberry.pydantic.field(
        resolve,
        graphql_type=Annotated["TaskConnection", strawberry.lazy("gql_api.schema.task")],
        description=description,
        extensions=[CheckedArguments()],
    )
