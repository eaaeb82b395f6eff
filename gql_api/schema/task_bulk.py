"""Many tasks at once in GraphQL: the results of mutations."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from gql_api.schema.idempotency import REPLAYED
from gql_api.schema.task import Task
from gql_api.schema.user_errors import (
    AlreadyExistsError,
    IdempotencyConflictError,
    NotFoundError,
    TooManyError,
    ValidationError,
)
from gql_api.shapes import task as shapes

DRY_RUN = "Whether this was a dry run: then nothing has been changed."
MATCHED = "How many tasks were selected."


@strawberry.type(description="The tasks were created.")
class CreateTasksSuccess:
    tasks: Sequence[shapes.Task] = strawberry.field(
        description="The tasks as they are now, in the order of the input.", graphql_type=list[Task]
    )
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="The tasks were changed, or, in a dry run, would be.")
class UpdateTasksSuccess:
    tasks: Sequence[shapes.Task] = strawberry.field(
        description="The selected tasks, as they are now: by id, or in the order of the ids that selected them.",
        graphql_type=list[Task],
    )
    matched: int = strawberry.field(description=MATCHED)
    changed: int = strawberry.field(
        description="How many of them the patch changes; the others are as it says already, and keep their version."
    )
    dry_run: bool = strawberry.field(description=DRY_RUN)


@strawberry.type(description="The tasks were deleted, or, in a dry run, would be.")
class DeleteTasksSuccess:
    deleted_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of `tasks`, for removing them from a cache; in a dry run of those that would be deleted."
    )
    tasks: Sequence[shapes.Task] = strawberry.field(
        description="The selected tasks, as they were: by id, or in the order of the ids that selected them.",
        graphql_type=list[Task],
    )
    matched: int = strawberry.field(description=MATCHED)
    dry_run: bool = strawberry.field(description=DRY_RUN)


CreateTasksResult = Annotated[
    CreateTasksSuccess | ValidationError | NotFoundError | AlreadyExistsError | IdempotencyConflictError,
    strawberry.union("CreateTasksResult", description="The answer to createTasks."),
]
UpdateTasksResult = Annotated[
    UpdateTasksSuccess | ValidationError | NotFoundError | AlreadyExistsError | TooManyError,
    strawberry.union("UpdateTasksResult", description="The answer to updateTasks."),
]
DeleteTasksResult = Annotated[
    DeleteTasksSuccess | ValidationError | NotFoundError | TooManyError,
    strawberry.union("DeleteTasksResult", description="The answer to deleteTasks."),
]
