"""Everything that can go wrong on purpose: what a user can act on, what refuses a request, what stops a command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

Kind = Literal["Task", "Category", "Tag"]
"""The kinds of object that have a global id."""


class Identified(Protocol):
    """What the errors below need to know of a row: its shape comes from the room above."""

    @property
    def id(self) -> int: ...


class Versioned(Identified, Protocol):
    """A row that knows how often it was changed."""

    @property
    def version(self) -> int: ...


class UserError(Exception):
    """A failure that the user can act on: answered as data, after the transaction is rolled back.

    `place` says which of the resolver's arguments is meant, in Python's names: ("patch", "category", "id").
    """

    def __init__(self, message: str, *place: str) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class NotFoundError(UserError):
    def __init__(self, kind: Kind, *place: str, id: int | None = None, name: str | None = None) -> None:
        super().__init__(f"There is no {kind.lower()} with this {'id' if name is None else 'name'}.", *place)
        self.kind = kind
        self.id = id
        self.name = name


class AlreadyExistsError(UserError):
    def __init__(self, kind: Kind, existing: Identified, *place: str) -> None:
        super().__init__(f"A {kind.lower()} of this name exists already.", *place)
        self.existing = existing


class VersionConflictError(UserError):
    def __init__(self, current: Versioned, expected: int, *place: str) -> None:
        super().__init__(
            f"It has been changed since version {expected}: it is now at version {current.version}.", *place
        )
        self.current = current
        self.expected = expected


class CategoryNotEmptyError(UserError):
    def __init__(self, task_count: int, *place: str) -> None:
        super().__init__("The category has tasks: say with `tasks` what becomes of them.", *place)
        self.task_count = task_count


class TooManyError(UserError):
    def __init__(self, matched: int, allowed: int, *place: str) -> None:
        super().__init__(f"This concerns {matched} tasks; at most {allowed} are allowed at once.", *place)
        self.matched = matched
        self.allowed = allowed


class IdempotencyConflictError(UserError):
    def __init__(self, *place: str) -> None:
        super().__init__("This key has been sent with another input. Send a new key with a new input.", *place)


@contextmanager
def at(*prefix: str) -> Iterator[None]:
    """Put `prefix` before the place of any user error raised inside."""
    try:
        yield
    except UserError as error:
        error.place = (*prefix, *error.place)
        raise


class ProblemCode(StrEnum):
    """Why a value is refused. Codes are stable; new ones may be added."""

    BLANK = "BLANK"
    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    INVALID_CHARACTER = "INVALID_CHARACTER"
    INVALID_COLOR = "INVALID_COLOR"
    INVALID_ID = "INVALID_ID"
    NULL = "NULL"
    SAME_CATEGORY = "SAME_CATEGORY"
    CONFLICTING = "CONFLICTING"
    TOO_DEEP = "TOO_DEEP"
    TOO_COMPLEX = "TOO_COMPLEX"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused value: `path` leads to it through the arguments as the client wrote them."""

    path: tuple[str, ...]
    code: str
    message: str


MOST_PROBLEMS = 100
"""How many problems an answer has; a message says how many there are."""

TOLD = 3
"""How many problems a message tells; `problems` beside it has all of them."""


def told(problems: Sequence[Problem]) -> str:
    """Return what is wrong in one message."""
    text = " ".join(f"`{'.'.join(problem.path)}`: {problem.message}" for problem in problems[:TOLD])
    more = len(problems) - TOLD
    if more > 0:
        text += " There is 1 more problem." if more == 1 else f" There are {more} more problems."
    return text


class InvalidError(UserError):
    """Values that break the rules, found inside a transaction; all others are found before one begins."""

    def __init__(self, code: ProblemCode, message: str, *place: str) -> None:
        super().__init__(message, *place)
        self.code = code


class RequestErrorCode(StrEnum):
    """`extensions.code` of every entry in `errors[]`. Codes are stable; new ones may be added."""

    # What is sent is no GraphQL request.
    BAD_REQUEST = "BAD_REQUEST"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    # Its document, its operation, its values.
    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_NOT_FOUND = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    INVALID_ID = "INVALID_ID"
    INVALID_PAGE = "INVALID_PAGE"
    INVALID_CURSOR = "INVALID_CURSOR"
    INVALID_ORDER = "INVALID_ORDER"
    # Who asks, and for what.
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    PERSISTED_QUERY_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    # It is too much: refused before anything is done.
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS"
    QUERY_TOO_DEEP = "QUERY_TOO_DEEP"
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
    TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS"
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    TOO_MANY_FRAGMENTS = "TOO_MANY_FRAGMENTS"
    LIST_TOO_LONG = "LIST_TOO_LONG"
    VARIABLES_TOO_LARGE = "VARIABLES_TOO_LARGE"
    VARIABLES_TOO_DEEP = "VARIABLES_TOO_DEEP"
    TOO_COSTLY = "TOO_COSTLY"
    RATE_LIMITED = "RATE_LIMITED"
    # It cannot be done now.
    OVERLOADED = "OVERLOADED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL_SERVER_ERROR"


INTERNAL_MESSAGE = "Something went wrong on our side. Tell us the request id, and we can look it up."
"""What a client is told of an unexpected failure, whatever it was."""


UNAVAILABLE_MESSAGE = "The database cannot serve this right now. Try again shortly."
IN_DOUBT_MESSAGE = (
    "The database went away while this was being saved: it may be saved or not. Look before you send it again, or send "
    "it with the same `idempotencyKey`."
)


class RequestError(Exception):
    """A part of a request that cannot be answered: an entry in `errors[]` with a code of its own."""

    def __init__(self, code: RequestErrorCode, message: str, *, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = problems


class UnavailableError(RequestError):
    """The database cannot be reached, went away meanwhile, or broke off a transaction that got in another's way.

    Nothing is saved, unless it is `in_doubt`: then the commit was sent, and its answer never came.
    """

    def __init__(self, *, retries: int = 0, in_doubt: bool = False) -> None:
        super().__init__(RequestErrorCode.UNAVAILABLE, IN_DOUBT_MESSAGE if in_doubt else UNAVAILABLE_MESSAGE)
        self.retries = retries
        """How often it may help to do the same again at once."""
        self.in_doubt = in_doubt

    @property
    def retryable(self) -> bool:
        """Whether nothing is saved for certain, and to do the same again at once may help."""
        return self.retries > 0


class StartupError(Exception):
    """Why a command cannot do its work, in one line for the person who typed it."""
