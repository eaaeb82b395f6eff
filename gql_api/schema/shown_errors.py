"""What a client is told of errors: each has a stable code, and nothing that a client has no business to see."""

import logging
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from graphql import FieldNode, GraphQLError

from gql_api.context import Context
from gql_api.errors import INTERNAL_MESSAGE, MOST_PROBLEMS, RequestError, RequestErrorCode, UnavailableError

logger = logging.getLogger(__name__)

MOST_ERRORS = 100

LONGEST_MESSAGE = 1_000
"""In characters. What is wrong may be quoted in a message, and may be of any length."""

TOO_MANY_DIGITS = re.compile(r"Exceeds the limit \(\d+ digits\) for integer string conversion[^']*")
"""What Python says of a number that it does not even read."""


def shown(errors: Sequence[GraphQLError], context: Context) -> list[GraphQLError]:
    """Return the errors of an execution, fit to be shown. What is unexpected is logged, once and in full."""
    if not errors:
        return []
    told = [_shown(error, context) for error in errors[:MOST_ERRORS]]
    if more := len(errors) - len(told):
        code = (told[-1].extensions or {})["code"]
        told.append(GraphQLError(f"There are {more:,} more errors.", extensions={"code": code}))
    return told


def refusal(error: RequestError, request_id: str) -> GraphQLError:
    """Return the error that says why a request, or a part of it, is not answered."""
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, UnavailableError):
        extensions["requestId"] = request_id
        if error.in_doubt:
            extensions["committed"] = None
        # Without its stack: when a database is down, there is one for each operation.
        logger.warning("The database is unavailable: %s", _in_a_line(error.__cause__))
    if error.problems:
        extensions["problems"] = [asdict(problem) for problem in error.problems[:MOST_PROBLEMS]]
    return GraphQLError(fit_to_be_read(error.message), extensions=extensions)


def internal(cause: BaseException, request_id: str, where: object = None) -> GraphQLError:
    """Return the error for what nobody expected, and log it."""
    logger.error("Failed at %s", where or "the request as a whole", exc_info=cause)
    return GraphQLError(INTERNAL_MESSAGE, extensions={"code": RequestErrorCode.INTERNAL, "requestId": request_id})


def fit_to_be_read(message: str) -> str:
    """Return a message of graphql-core's in GraphQL's words, and no longer than it should be."""
    message = TOO_MANY_DIGITS.sub("It has too many digits", message.replace("not to be None.", "not to be null."))
    return message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"


def _shown(error: GraphQLError, context: Context) -> GraphQLError:
    cause = original(error)
    if isinstance(cause, RequestError):
        told = refusal(cause, context.request_id)
    elif cause is None and not any(isinstance(node, FieldNode) for node in error.nodes or ()):
        # Values that do not fit are told at their place in the document, not at the field's.
        message = fit_to_be_read(error.message)
        told = GraphQLError(message, extensions={"code": RequestErrorCode.BAD_USER_INPUT})
    else:
        told = internal(cause or error, context.request_id, error.path)
    extensions = told.extensions or {}
    message = told.message
    if error.path and error.path[0] in context.committed:
        extensions = {**extensions, "committed": True}
        message += " The change itself is saved."
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def _in_a_line(cause: BaseException | None) -> str:
    cause = getattr(cause, "orig", None) or cause
    return f"{type(cause).__name__}: {cause}".split("\n", 1)[0]


def original(error: GraphQLError) -> Exception | None:
    """Return the exception that is not GraphQL's own, if there is one."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
