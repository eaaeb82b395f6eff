"""Execution: whether what is wrong with variables is told with names of the schema."""

from typing import Any

from graphql import GraphQLError
from graphql.execution import Executor as GraphQLExecutor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

CONTEXT = 3
"""The place of the context among the arguments of `build`."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, which hides suggestions where the operation's context has `suggestions` False."""

    @classmethod
    def build(cls, *args: Any, **others: Any) -> list[GraphQLError] | GraphQLExecutor[Any]:
        context = args[CONTEXT] if len(args) > CONTEXT else others["context_value"]
        return super().build(*args, **{**others, "hide_suggestions": not context.suggestions})
