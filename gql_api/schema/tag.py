"""Tags in GraphQL: the type with its relations, and the results of mutations."""

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
    IdempotencyConflictError,
    NotFoundError,
    ValidationError,
    VersionConflictError,
)
from gql_api.shapes import tag as shapes


@strawberry.pydantic.type(description="A word that tasks can be marked with. A task has any number of them up to 100.")
class Tag(shapes.Tag, Node):
    global_id: ClassVar[Any] = derived(
        strawberry.ID,
        global_id.of("Tag"),
        name="id",
        needs=["id"],
        gives=str,
        description="The tag's id: opaque, stable, unique over all types.",
    )

    @strawberry.pydantic.field(description="How many tasks that match have it.", extensions=[CheckedArguments()])
    async def task_count(
        self, info: Info, filter: Annotated[TaskFilter | None, strawberry.argument(description="Which tasks to count.")]
    ) -> int:
        return await info.context.loaders.task_count_by_tag_id(filter).load(self.id)

    tasks_connection: ClassVar[Any] = tasks_relation(
        tasks.connection_with_tag, "A page of the tasks that have it, by cursors."
    )

    is_type_of: ClassVar[Any] = staticmethod(instances_of(shapes.Tag))


@strawberry.type(description="A page of tags.")
class TagConnection(Connection[Tag]):
    pass


@strawberry.type(description="The tag was created or changed.")
class TagSuccess:
    tag: shapes.Tag = strawberry.field(description="The tag as it is now.", graphql_type=Tag)
    replayed: bool = strawberry.field(default=False, description=REPLAYED)


@strawberry.type(description="The tag was deleted, and taken off the tasks that had it; their versions stay.")
class DeleteTagSuccess:
    deleted_id: strawberry.ID = strawberry.field(description="Its id, for removing it from a cache.")
    tag: shapes.Tag = strawberry.field(
        description="The tag as it was; its lists of tasks are empty, and its counts 0.", graphql_type=Tag
    )


CreateTagResult = Annotated[
    TagSuccess | ValidationError | NotFoundError | AlreadyExistsError | IdempotencyConflictError,
    strawberry.union("CreateTagResult", description="The answer to createTag."),
]
UpdateTagResult = Annotated[
    TagSuccess | ValidationError | NotFoundError | AlreadyExistsError | VersionConflictError,
    strawberry.union("UpdateTagResult", description="The answer to updateTag."),
]
DeleteTagResult = Annotated[
    DeleteTagSuccess | ValidationError | NotFoundError | VersionConflictError,
    strawberry.union("DeleteTagResult", description="The answer to deleteTag."),
]
