"""The executor of our schema: Strawberry's, with compiled operations."""

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_api.context import Context
from gql_api.execution import Compiler, Compiling


class Executor(Compiling, StrawberryGraphQLCoreExecutionContext):
    def compiler(self) -> Compiler | None:
        context: Context = self.context_value
        return context.compiler
