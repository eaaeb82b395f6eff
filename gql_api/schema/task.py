"""Tasks in GraphQL: the type with its relations, and the results of mutations."""

from typing import Annotated, Any, ClassVar

import strawberry

from gql_api.execution import instances_of
from gql_api.schema import global_id
from gql_api.schema.category import Category
from gql_api.schema.connection import Connection
from gql_api.schema.derived import derived
from gql_api.schema.idempotency import REPLAYED
from gql_api.schema.node import Node
from gql_api.schema.relation import relation
from gql_api.schema.tag import Tag
from gql_api.schema.user_errors import (
    AlreadyExistsError,
    IdempotencyConflictError,
    NotFoundError,
    ValidationError,
    VersionConflictError,
)
from gql_api.shapes import task as shapes


@strawberry.pydantic.type(description="Something to do.")
class Task(shapes.Task, Node):
    category_id: strawberry.Private[int | None]

    category: ClassVar[Any] = relation(
        Category | None,
        key="category_id",
        loader=lambda loaders: loaders.category_by_id,
        along=shapes.CATEGORY,
        description="The category that the task is in.",
    )
    tags: ClassVar[Any] = relation(
        list[Tag],
        key="id",
        loader=lambda loaders: loaders.tags_by_task_id,
        description="The tags that the task has, by name; at most 100.",
    )

    global_id: ClassVar[Any] = derived(
        strawberry.ID,
        global_id.of("Task"),
        name="id",
        needs=["id"],
        gives=str,
        description="The task's id: opaque, stable, unique over all types.",
    )

    overdue: ClassVar[Any] = derived(
        bool,
        lambda completed, due_at, context: shapes.is_overdue(completed, due_at, context.now),
        needs=["completed", "due_at"],
        gives=bool,
        in_context=True,
        description="Whether the task is not completed and its due time is past.",
    )

    is_type_of: ClassVar[Any] = staticmethod(instances_of(shapes.Task))


@strawberry.type(description="A page of tasks.")
class TaskConnection(Connection[Task]):
    pass


@strawberry.type(description="The task was created or changed.")
class TaskSuccess:
    task: shapes.Task = strawberry.field(description="The task as it is now.", graphql_type=Task)
    replayed: bool = strawberry.field(default=False, description=REPLAYED)


@strawberry.type(description="The task was deleted.")
class DeleteTaskSuccess:
    deleted_id: strawberry.ID = strawberry.field(description="Its id, for removing it from a cache.")
    task: shapes.Task = strawberry.field(description="The task as it was.", graphql_type=Task)


CreateTaskResult = Annotated[
    TaskSuccess | ValidationError | NotFoundError | AlreadyExistsError | IdempotencyConflictError,
    strawberry.union("CreateTaskResult", description="The answer to createTask."),
]
UpdateTaskResult = Annotated[
    TaskSuccess | ValidationError | NotFoundError | AlreadyExistsError | VersionConflictError,
    strawberry.union("UpdateTaskResult", description="The answer to updateTask."),
]
DeleteTaskResult = Annotated[
    DeleteTaskSuccess | ValidationError | NotFoundError | VersionConflictError,
    strawberry.union("DeleteTaskResult", description="The answer to deleteTask."),
]
