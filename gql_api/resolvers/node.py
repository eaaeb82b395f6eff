"""Any object by its kind and id."""

from gql_api.context import Context
from gql_api.errors import Kind
from gql_api.shapes.base import Entity


async def get(context: Context, kind: Kind, id: int) -> Entity | None:
    match kind:
        case "Task":
            return await context.loaders.task_by_id.load(id)
        case "Category":
            return await context.loaders.category_by_id.load(id)
        case "Tag":
            return await context.loaders.tag_by_id.load(id)
