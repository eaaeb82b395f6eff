"""GraphQL: the types, and the schema made of them."""

from datetime import datetime
from typing import Any

import strawberry
from graphql import ExecutionResult
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.config import StrawberryConfig

from gql_api.context import Context
from gql_api.execution import Executable
from gql_api.schema.category import Category
from gql_api.schema.executor import Executor
from gql_api.schema.mutation import Mutation
from gql_api.schema.query import Query
from gql_api.schema.scalars import DateTime
from gql_api.schema.tag import Tag
from gql_api.schema.task import Task

IS_AWAITABLE: Any = optimized_is_awaitable
"""Strawberry's, which knows at once what most values are."""


class Schema(strawberry.Schema):
    async def run(
        self, operation: Executable, variables: dict[str, Any] | None, context: Context, *, suggestions: bool
    ) -> ExecutionResult:
        """Execute an operation of a document that has been found valid (`prepared`).

        What Strawberry's own `execute` does around this, parsing, validation and its extensions, is all done by then.
        """
        executor = operation.executor(
            Executor,
            context,
            variables,
            is_awaitable=IS_AWAITABLE,
            hide_suggestions=not suggestions,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        result: Any = executor.execute_operation()
        return result if isinstance(result, ExecutionResult) else await result


schema = Schema(
    query=Query,
    mutation=Mutation,
    types=[Task, Category, Tag],
    execution_context_class=Executor,
    config=StrawberryConfig(scalar_map={datetime: DateTime}),
)
"""The schema is one for the whole process: it holds nothing of any operation."""
