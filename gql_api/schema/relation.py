"""Relations: each names its loader and its key in one line, and only loaders load them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry

from gql_api.context import Context
from gql_api.execution import Relation
from gql_api.execution.declared import COMPILED
from gql_api.loaders import Loaders
from gql_api.loaders.loader import Loader
from gql_api.schema.info import Info


def relation(
    graphql_type: object,
    *,
    key: str,
    loader: Callable[[Loaders], Loader[int, Any]],
    description: str,
    along: str | None = None,
) -> Any:
    """Make the field that answers what the loader has for the key, an attribute of the parent; null without a key.

    What is read `along` with the parents, the loader has then.
    """

    async def resolve(self: Any, info: Info) -> Any:
        value = getattr(self, key)
        return None if value is None else await loader(info.context.loaders).load(value)

    def load_all(context: Context, keys: Sequence[int]) -> Awaitable[Sequence[Any]]:
        return loader(context.loaders).load_all(keys)

    return strawberry.pydantic.field(
        resolve,
        graphql_type=graphql_type,
        description=description,
        metadata={COMPILED: Relation(key, load_all, along=along)},
    )
