"""What surrounds every operation, on every transport: its own context, and errors that are fit to be shown."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

from graphql import ExecutionResult, FieldNode, GraphQLError, OperationDefinitionNode
from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult as StrawberryExecutionResult

from gql_api.context import Connection, Context
from gql_api.errors import INTERNAL_MESSAGE, RequestError, RequestErrorCode, UnavailableError

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 1_000
"""In characters. What is wrong may be quoted in a message, and may be of any length."""


class IntrospectionSetting(SchemaExtension):
    """Refuses questions about the schema where the connection does not allow them."""

    def on_operation(self) -> Iterator[None]:
        scope = self.execution_context
        if not scope.context.introspection:
            scope.validation_rules = (*scope.validation_rules, NoSchemaIntrospectionCustomRule)
        yield


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
        if isinstance(cause, RequestError):
            extensions["code"], message = cause.code, cause.message
            if isinstance(cause, UnavailableError):
                extensions["requestId"] = context.request_id
                logger.warning("Request %s: the database is unavailable", context.request_id, exc_info=cause.__cause__)
            if cause.problems:
                extensions["problems"] = [asdict(problem) for problem in cause.problems]
        elif code := self._request_code(error, cause):
            extensions["code"] = code
            # What another library raised about the request is told in our words: it speaks to programmers.
            message = "The request cannot be read as a GraphQL operation."
            if cause is None:
                message = error.message.replace("not to be None.", "not to be null.")
        else:
            extensions["code"], extensions["requestId"] = RequestErrorCode.INTERNAL, context.request_id
            message = INTERNAL_MESSAGE
            logger.error("Request %s failed at %s", context.request_id, error.path, exc_info=cause or error)
        message = _fit_to_be_read(message)
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

    def _request_code(self, error: GraphQLError, cause: Exception | None) -> RequestErrorCode | None:
        """Return the code for an error of the request itself: its text, its document, or its values. None: ours."""
        if isinstance(cause, MissingQueryError | CannotGetOperationTypeError | InvalidOperationTypeError):
            return RequestErrorCode.BAD_USER_INPUT
        if self.execution_context.graphql_document is None:
            return RequestErrorCode.PARSE_FAILED
        if not isinstance(self.execution_context.context, Context):
            return RequestErrorCode.VALIDATION_FAILED
        # While it is executed: values that do not fit are told at their place in the document, not at the field's.
        about_values = not any(isinstance(node, FieldNode) for node in error.nodes or ())
        return RequestErrorCode.BAD_USER_INPUT if cause is None and about_values else None


class NamedOperation(SchemaExtension):
    """Refuses a document of several operations when none is named (GraphQL specification, GetOperation)."""

    def on_validate(self) -> Iterator[None]:
        scope = self.execution_context
        document = scope.graphql_document
        # The public `operation_name` falls back on the first operation, and would so run it unasked.
        if document is not None and scope._provided_operation_name is None:  # noqa: SLF001 - there is no other way
            operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
            if len(operations) > 1:
                message = "The document has several operations: say with `operationName` which one to run."
                scope.pre_execution_errors = [GraphQLError(message, operations)]
        yield


def _fit_to_be_read(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"


def _cause(error: GraphQLError) -> Exception | None:
    """Return the exception that is not GraphQL's own, if there is one."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
