"""The root fields about many tasks at once: typed arguments in, plain values down, results out."""

from typing import Annotated

import strawberry

from gql_api.resolvers import task_bulk as resolvers
from gql_api.schema import global_id
from gql_api.schema.idempotency import IdempotencyKey
from gql_api.schema.info import Info
from gql_api.schema.task_bulk import CreateTasksSuccess, DeleteTasksSuccess, UpdateTasksSuccess
from gql_api.schema.task_bulk_inputs import AtMost, DryRun, NewTasks, Where
from gql_api.schema.task_inputs import TaskPatch
from gql_api.shapes.task_bulk import DEFAULT_AT_MOST


async def create_tasks(info: Info, input: NewTasks, idempotency_key: IdempotencyKey) -> CreateTasksSuccess:
    created, replayed = await resolvers.create(info.context, input, idempotency_key)
    return CreateTasksSuccess(tasks=created, replayed=replayed)


async def update_tasks(
    info: Info,
    where: Where,
    patch: Annotated[TaskPatch, strawberry.argument(description="The changes of each task; {} changes nothing.")],
    at_most: AtMost = DEFAULT_AT_MOST,
    dry_run: DryRun = False,
) -> UpdateTasksSuccess:
    tasks, changed = await resolvers.update(info.context, where, patch.changes(), at_most, dry_run=dry_run)
    return UpdateTasksSuccess(tasks=tasks, matched=len(tasks), changed=changed, dry_run=dry_run)


async def delete_tasks(
    info: Info, where: Where, at_most: AtMost = DEFAULT_AT_MOST, dry_run: DryRun = False
) -> DeleteTasksSuccess:
    tasks = await resolvers.delete(info.context, where, at_most, dry_run=dry_run)
    return DeleteTasksSuccess(
        deleted_ids=[global_id.encode("Task", task.id) for task in tasks],
        tasks=tasks,
        matched=len(tasks),
        dry_run=dry_run,
    )
