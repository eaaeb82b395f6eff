"""Categories in GraphQL: the type with its relations, and the results of mutations."""

from typing import Annotated, Any, ClassVar

import strawberry

from gql_api.execution import instances_of
from gql_api.resolvers import task as tasks
from gql_api.schema import global_id
from gql_api.schema.connection import Connection
from gql_api.schema.derived import derived
from gql_api.schema.fields import CheckedArguments
from gql_api.schema.idempotency import REPLAYED
from gql_api.schema.info import Info
from gql_api.schema.node import Node
from gql_api.schema.task_inputs import TaskFilter
from gql_api.schema.task_relation import tasks_relation
from gql_api.schema.user_errors import (
    AlreadyExistsError,
    CategoryNotEmptyError,
    IdempotencyConflictError,
    NotFoundError,
    TooManyError,
    ValidationError,
    VersionConflictError,
)
from gql_api.shapes import category as shapes


@strawberry.pydantic.type(description="A group of tasks.")
class Category(shapes.Category, Node):
    global_id: ClassVar[Any] = derived(
        strawberry.ID,
        global_id.of("Category"),
        name="id",
        needs=["id"],
        gives=str,
        description="The category's id: opaque, stable, unique over all types.",
    )

    @strawberry.pydantic.field(description="How many of its tasks match.", extensions=[CheckedArguments()])
    async def task_count(
        self, info: Info, filter: Annotated[TaskFilter | None, strawberry.argument(description="Which tasks to count.")]
    ) -> int:
        return await info.context.loaders.task_count_by_category_id(filter).load(self.id)

    tasks_connection: ClassVar[Any] = tasks_relation(tasks.connection_in_category, "A page of its tasks, by cursors.")

    is_type_of: ClassVar[Any] = staticmethod(instances_of(shapes.Category))


@strawberry.type(description="A page of categories.")
class CategoryConnection(Connection[Category]):
    pass


@strawberry.type(description="The category was created or changed.")
class CategorySuccess:
    category: shapes.Category = strawberry.field(description="The category as it is now.", graphql_type=Category)
    replayed: bool = strawberry.field(default=False, description=REPLAYED)


@strawberry.type(description="The category was deleted.")
class DeleteCategorySuccess:
    deleted_id: strawberry.ID = strawberry.field(description="Its id, for removing it from a cache.")
    category: shapes.Category = strawberry.field(
        description="The category as it was; its lists of tasks are empty, and its counts 0.", graphql_type=Category
    )
    affected_task_ids: list[strawberry.ID] = strawberry.field(
        description="The tasks that were moved, uncategorized or deleted with it; at most 1,000."
    )


CreateCategoryResult = Annotated[
    CategorySuccess | ValidationError | NotFoundError | AlreadyExistsError | IdempotencyConflictError,
    strawberry.union("CreateCategoryResult", description="The answer to createCategory."),
]
UpdateCategoryResult = Annotated[
    CategorySuccess | ValidationError | NotFoundError | AlreadyExistsError | VersionConflictError,
    strawberry.union("UpdateCategoryResult", description="The answer to updateCategory."),
]
DeleteCategoryResult = Annotated[
    DeleteCategorySuccess
    | ValidationError
    | NotFoundError
    | CategoryNotEmptyError
    | TooManyError
    | VersionConflictError,
    strawberry.union("DeleteCategoryResult", description="The answer to deleteCategory."),
]
