"""The root fields about tasks: typed arguments in, plain values down, results out."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

import strawberry

from gql_api.resolvers import task as resolvers
from gql_api.schema import global_id
from gql_api.schema.fields import id_argument
from gql_api.schema.idempotency import IdempotencyKey
from gql_api.schema.info import Info
from gql_api.schema.inputs import After, Before, ExpectedVersion, First, Last, Limit, Offset
from gql_api.schema.task import DeleteTaskSuccess, TaskSuccess
from gql_api.schema.task_inputs import CreateTaskInput, TaskPatch
from gql_api.schema.task_relation import Tasks, TasksFilter, TasksOrder
from gql_api.shapes import task as shapes
from gql_api.shapes.page import DEFAULT_LIMIT, Paging


def task(info: Info, id: Annotated[int, id_argument("Task", "The task's id.")]) -> Awaitable[shapes.Task | None]:
    return resolvers.get(info.context, id)


def tasks(
    info: Info,
    filter: TasksFilter,
    order_by: TasksOrder,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Awaitable[Sequence[shapes.Task]]:
    return resolvers.list_(info.context, filter, order_by, limit, offset)


def tasks_connection(
    info: Info, filter: TasksFilter, order_by: TasksOrder, first: First, after: After, last: Last, before: Before
) -> Tasks:
    return resolvers.connection(info.context, filter, order_by, Paging(first, after, last, before))


def task_count(info: Info, filter: TasksFilter) -> Awaitable[int]:
    return resolvers.count(info.context, filter)


async def create_task(
    info: Info,
    input: Annotated[CreateTaskInput, strawberry.argument(description="The new task.")],
    idempotency_key: IdempotencyKey,
) -> TaskSuccess:
    created, replayed = await resolvers.create(info.context, input, idempotency_key)
    return TaskSuccess(task=created, replayed=replayed)


async def update_task(
    info: Info,
    id: Annotated[int, id_argument("Task", "The task to change.")],
    patch: Annotated[TaskPatch, strawberry.argument(description="The changes; {} changes nothing.")],
    expected_version: ExpectedVersion,
) -> TaskSuccess:
    return TaskSuccess(task=await resolvers.update(info.context, id, patch.changes(), expected_version))


async def delete_task(
    info: Info, id: Annotated[int, id_argument("Task", "The task to delete.")], expected_version: ExpectedVersion
) -> DeleteTaskSuccess:
    deleted = await resolvers.delete(info.context, id, expected_version)
    return DeleteTaskSuccess(deleted_id=global_id.encode("Task", deleted.id), task=deleted)
