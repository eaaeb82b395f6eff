"""What surrounds every operation, on every transport: its own context, and errors that are fit to be shown."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

from graphql import ExecutionResult, GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult as StrawberryExecutionResult

from gql_api.context import Connection, Context
from gql_api.errors import RequestError, RequestErrorCode

logger = logging.getLogger(__name__)


class OperationScope(SchemaExtension):
    """Opens the operation's context when execution begins and closes it when it ends, whatever happened.

    What is handed in is the context of the connection; a WebSocket's lives for hours and is shared by many operations.
    """

    async def on_execute(self) -> AsyncIterator[None]:
        connection: Connection = self.execution_context.context
        context = Context.open(connection)
        self.execution_context.context = context
        try:
            yield
        finally:
            await context.work.close()


class ShownErrors(SchemaExtension):
    """Gives every entry of `errors[]` a stable code, and hides what a client has no business to see."""

    def __init__(self) -> None:
        self._streamed = False

    def on_operation(self) -> Iterator[None]:
        yield
        if not self._streamed:
            self._show(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._streamed = True
        self._show(result)
        yield

    def _show(self, result: Any) -> None:
        if isinstance(result, ExecutionResult | StrawberryExecutionResult) and result.errors:
            result.errors = [self._shown(error) for error in result.errors]

    def _shown(self, error: GraphQLError) -> GraphQLError:
        context = self.execution_context.context
        cause = _cause(error)
        extensions: dict[str, Any] = {}
        message = error.message
        if isinstance(cause, RequestError):
            extensions["code"], message = cause.code, cause.message
            if cause.problems:
                extensions["problems"] = [
                    {"path": problem.path, "code": problem.code, "message": problem.message}
                    for problem in cause.problems
                ]
        elif cause is None and not error.path:
            extensions["code"] = self._request_code()
        else:
            extensions["code"] = RequestErrorCode.INTERNAL
            extensions["requestId"] = context.request_id
            message = "Something went wrong on our side. Tell us the request id, and we can look it up."
            logger.error("Request %s failed at %s", context.request_id, error.path, exc_info=cause or error)
        if isinstance(context, Context) and error.path and error.path[0] in context.committed:
            extensions["committed"] = True
            message += " The change itself is saved."
        return GraphQLError(
            message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions=extensions,
        )

    def _request_code(self) -> RequestErrorCode:
        """Return the code for an error of the request itself: its text, its document, or its variables."""
        if self.execution_context.graphql_document is None:
            return RequestErrorCode.PARSE_FAILED
        if isinstance(self.execution_context.context, Context):
            return RequestErrorCode.BAD_USER_INPUT
        return RequestErrorCode.VALIDATION_FAILED


def _cause(error: GraphQLError) -> Exception | None:
    """Return the exception that is not GraphQL's own, if there is one."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
