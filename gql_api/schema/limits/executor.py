"""The executor of our schema: what an operation's context says of how it is executed."""

from typing import Any

from graphql import GraphQLError
from graphql.execution import Executor as GraphQLExecutor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_api.context import Context
from gql_api.execution import Compiler, Compiling

CONTEXT = 3
"""The place of the context among the arguments of `build`."""


class Executor(Compiling, StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, which hides suggestions where the operation's context has `suggestions` False."""

    def compiler(self) -> Compiler | None:
        context: Context = self.context_value
        return context.compiler

    @classmethod
    def build(cls, *args: Any, **others: Any) -> list[GraphQLError] | GraphQLExecutor[Any]:
        context = args[CONTEXT] if len(args) > CONTEXT else others["context_value"]
        return super().build(*args, **{**others, "hide_suggestions": not context.suggestions})
