"""The executor: compiled operations where there are some, and graphql-core's own execution for everything else."""

from collections.abc import Mapping
from typing import Any, Self

from graphql import (
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
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

    _left: tuple[dict[str, FragmentDetails], Mapping[str, Any]] | None = None
    """What one that is not complete is to be made of, besides what it has."""

    @classmethod
    def late(
        cls,
        schema: GraphQLSchema,
        fragment_definitions: dict[str, FragmentDefinitionNode],
        fragments: dict[str, FragmentDetails],
        context_value: Any,
        operation: OperationDefinitionNode,
        variable_values: VariableValues,
        **others: Any,
    ) -> Self:
        """Return an executor that has what compiled operations need, and completes itself for who needs more.

        Most of what graphql-core's own is made of is for walking an operation.
        """
        made = cls.__new__(cls)
        vars(made).update(
            schema=schema,
            fragment_definitions=fragment_definitions,
            root_value=None,
            context_value=context_value,
            operation=operation,
            variable_values=variable_values,
            middleware_manager=None,
            abort_signal=None,
            hooks=None,
            **others,
            _left=(fragments, others),
        )
        return made

    def __getattr__(self, name: str) -> Any:
        """Complete it, for an attribute that is missing."""
        if self._left is None:
            raise AttributeError(name)
        (fragments, others), self._left = self._left, None
        self.__init__(  # type: ignore[misc]
            self.schema,
            self.fragment_definitions,
            fragments,
            self.root_value,
            self.context_value,
            self.operation,
            self.variable_values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            **others,
        )
        return getattr(self, name)

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
