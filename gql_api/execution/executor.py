"""The executor: compiled operations where there are some, and graphql-core's own execution for everything else."""

from typing import Any

from graphql.execution import Executor
from graphql.pyutils import is_awaitable
from graphql.pyutils.is_awaitable import is_async_iterable
from strawberry.execution.is_awaitable import optimized_is_awaitable

from gql_api.execution.compiler import Compiler
from gql_api.execution.plan import Plan
from gql_api.execution.waiting import Execution

KNOWN = {is_awaitable, optimized_is_awaitable}
"""What tells awaitables from other values as compiled functions do."""


class Compiling(Executor[Any]):
    """A part of an executor class: it comes before graphql-core's in the class's bases."""

    def compiler(self) -> Compiler | None:
        """Return the compiler; None where operations are not to be compiled."""
        raise NotImplementedError

    def execute_operation(self, serially: bool | None = None) -> Any:
        compiler = self.compiler()
        if compiler is None:
            return super().execute_operation(serially)
        found = compiler.find(self, self._reason(serially))
        if found is None:
            return super().execute_operation(serially)
        self.begin(found.plan)
        return Execution(self, found.plan, self.waiting).result()

    def begin(self, plan: Plan) -> None:
        """Do what can be done with what is known of a compiled operation, before it is executed."""

    def waiting(self, in_one_task: bool, /) -> None:
        """Do what can be done with what is known before a compiled operation waits: whether in one task alone."""

    def _reason(self, serially: bool | None) -> str | None:
        """Return what is peculiar to this execution, so that compiled functions will not do; None if nothing is."""
        if self.middleware_manager is not None and self.middleware_manager.middlewares:
            return "middleware"
        if self.abort_signal is not None:
            return "abort signal"
        if serially is not None:
            return "order of the root fields"
        if self.is_awaitable not in KNOWN or self.is_async_iterable is not is_async_iterable:
            return "awaitables of its own"
        return None
