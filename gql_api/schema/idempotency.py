"""Idempotency keys in GraphQL: the argument, and what it makes of an answer."""

from typing import Annotated

from gql_api.errors import InvalidError, ProblemCode
from gql_api.schema.fields import checked_argument

KEY_MAX = 200

REPLAYED = "Whether this repeats the answer to an earlier call with the same idempotency key: nothing was created now."


def _check(key: str) -> str:
    if not key:
        raise InvalidError(ProblemCode.BLANK, "Must not be empty. Leave it out to send no key.")
    if len(key) > KEY_MAX:
        message = f"Must be at most {KEY_MAX} characters long; it has {len(key)}."
        raise InvalidError(ProblemCode.TOO_LONG, message)
    if not key.isprintable():
        raise InvalidError(ProblemCode.INVALID_CHARACTER, "Must have printable characters only.")
    return key


IdempotencyKey = Annotated[
    str | None,
    checked_argument(
        _check,
        "A key of your choice for this creation, 1 to 200 printable characters: a UUID, say. Send it again with the "
        "same input, such as when an answer got lost, and nothing more is created: the answer is what was created "
        "before, as it is now. With another input it is an IdempotencyConflictError; when what was created is gone, a "
        "NotFoundError. A call that fails keeps no key. Keys are kept for 24 hours, for each field apart.",
    ),
]
