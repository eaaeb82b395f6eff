"""The root fields about categories: typed arguments in, plain values down, results out."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

import strawberry

from gql_api.resolvers import category as resolvers
from gql_api.resolvers.connection import Connection
from gql_api.schema import global_id
from gql_api.schema.category import CategorySuccess, DeleteCategorySuccess
from gql_api.schema.category_inputs import (
    CategoryBy,
    CategoryFilter,
    CategoryOrder,
    CategoryPatch,
    CategoryTasksPolicy,
    CreateCategoryInput,
)
from gql_api.schema.fields import id_argument
from gql_api.schema.idempotency import IdempotencyKey
from gql_api.schema.info import Info
from gql_api.schema.inputs import After, Before, ExpectedVersion, First, Last, Limit, Offset
from gql_api.shapes import category as shapes
from gql_api.shapes.page import DEFAULT_LIMIT, Paging

CategoriesFilter = Annotated[
    CategoryFilter | None, strawberry.argument(description="Which categories; all without it.")
]
CategoriesOrder = Annotated[
    list[CategoryOrder] | None,
    strawberry.argument(description="In which order; without it the newest first. At most one element for each key."),
]


def category(
    info: Info, by: Annotated[CategoryBy, strawberry.argument(description="Its id or its name.")]
) -> Awaitable[shapes.Category | None]:
    return resolvers.get(info.context, by)


def categories(
    info: Info,
    filter: CategoriesFilter,
    order_by: CategoriesOrder,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Awaitable[Sequence[shapes.Category]]:
    return resolvers.list_(info.context, filter, order_by, limit, offset)


def categories_connection(
    info: Info,
    filter: CategoriesFilter,
    order_by: CategoriesOrder,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[shapes.Category]:
    return resolvers.connection(info.context, filter, order_by, Paging(first, after, last, before))


async def create_category(
    info: Info,
    input: Annotated[CreateCategoryInput, strawberry.argument(description="The new category.")],
    idempotency_key: IdempotencyKey,
) -> CategorySuccess:
    created, replayed = await resolvers.create(info.context, input, idempotency_key)
    return CategorySuccess(category=created, replayed=replayed)


async def update_category(
    info: Info,
    id: Annotated[int, id_argument("Category", "The category to change.")],
    patch: Annotated[CategoryPatch, strawberry.argument(description="The changes; {} changes nothing.")],
    expected_version: ExpectedVersion,
) -> CategorySuccess:
    return CategorySuccess(category=await resolvers.update(info.context, id, patch.changes(), expected_version))


async def delete_category(
    info: Info,
    id: Annotated[int, id_argument("Category", "The category to delete.")],
    tasks: Annotated[
        CategoryTasksPolicy | None,
        strawberry.argument(
            description="What becomes of its tasks; without it, a category that has tasks is not deleted."
        ),
    ],
    expected_version: ExpectedVersion,
) -> DeleteCategorySuccess:
    deleted, affected = await resolvers.delete(info.context, id, tasks, expected_version)
    return DeleteCategorySuccess(
        deleted_id=global_id.encode("Category", deleted.id),
        category=deleted,
        affected_task_ids=[global_id.encode("Task", task_id) for task_id in affected],
    )
