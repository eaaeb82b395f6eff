"""Fields that follow from their object and the operation's context alone: no resolver has to be asked for them."""

from collections.abc import Callable, Sequence
from typing import Any

import strawberry

from gql_api.execution import Derived
from gql_api.execution.declared import COMPILED
from gql_api.schema.info import Info


def derived(
    graphql_type: object,
    function: Callable[..., Any],
    *,
    name: str | None = None,
    needs: Sequence[str],
    gives: type,
    in_context: bool = False,
    description: str,
) -> Any:
    """Make the field that answers what the function, which has no effects, makes of these attributes of the object and,
    in a context, of that: always a value of one class.
    """

    def resolve(self: Any, info: Info) -> Any:
        values = [getattr(self, name) for name in needs]
        return function(*values, info.context) if in_context else function(*values)

    return strawberry.pydantic.field(
        resolve,
        graphql_type=graphql_type,
        name=name,
        description=description,
        metadata={COMPILED: Derived(function, tuple(needs), in_context=in_context, gives=gives)},
    )
