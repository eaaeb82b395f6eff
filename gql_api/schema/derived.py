"""Fields that follow from their object and the operation's context alone: no resolver has to be asked for them."""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry

from gql_api.context import Context
from gql_api.execution import Derived
from gql_api.execution.declared import COMPILED
from gql_api.schema.info import Info


def derived(
    graphql_type: object,
    function: Callable[[Any, Context], Any],
    *,
    name: str | None = None,
    needs: Iterable[str],
    description: str,
) -> Any:
    """Make the field that answers what the function, which has no effects, makes of these attributes of the object and
    of the context.
    """

    def resolve(self: Any, info: Info) -> Any:
        return function(self, info.context)

    return strawberry.pydantic.field(
        resolve,
        graphql_type=graphql_type,
        name=name,
        description=description,
        metadata={COMPILED: Derived(function, frozenset(needs))},
    )
