"""The executor of our schema: Strawberry's, with compiled operations."""

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_api.context import Context
from gql_api.execution import Compiler, Compiling, Plan


class Executor(Compiling, StrawberryGraphQLCoreExecutionContext):
    def compiler(self) -> Compiler | None:
        context: Context = self.context_value
        return context.compiler

    def begin(self, plan: Plan) -> None:
        context: Context = self.context_value
        context.reads_once(certain=plan.reads_once)
        context.looks_at(plan.looked_at, plan.along)

    def waiting(self, in_one_task: bool, /) -> None:
        context: Context = self.context_value
        context.waits_alone(in_one_task)
