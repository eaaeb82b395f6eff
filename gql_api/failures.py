"""What a failure of the database means: for an operation, and for who starts a command."""

import asyncpg
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gql_api.errors import UnavailableError

CONFLICT_RETRIES = 3
"""How often it is tried again when another transaction was in the way."""

IN_THE_WAY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""Of two transactions that cannot both be done this one was given up, for the other one's sake."""

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
)
"""The connection is gone. Another one may be had at once: the server was started anew, or has ended this one only."""

CANNOT_NOW = (
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # starting, stopping, a statement that was cancelled or took too long
    asyncpg.PostgresSystemError,  # its disk fails
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TargetServerAttributeNotMatched,  # none of several servers is the one that takes writes
    OSError,  # a refused or cut connection; TimeoutError is one, too
    PoolTimeoutError,
)
"""The server cannot do it, or cannot be reached: to do it again at once would make that worse."""

POOLER_TIMEOUT = "query_wait_timeout"
"""PgBouncer's words, which has no codes: all of its connections stayed lent."""


def unavailable(error: BaseException) -> UnavailableError | None:
    """Return what a failure before the commit means for an operation; None when it is a mistake of ours."""
    cause = driver_error(error)
    if isinstance(cause, IN_THE_WAY):
        return UnavailableError(retries=CONFLICT_RETRIES)
    if isinstance(cause, asyncpg.PostgresConnectionError) and POOLER_TIMEOUT in str(cause):
        return UnavailableError()
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    if isinstance(cause, LOST) or invalidated or not_sent(error):
        return UnavailableError(retries=1)
    return UnavailableError() if isinstance(cause, CANNOT_NOW) else None


def not_sent(error: BaseException) -> bool:
    """Whether the connection was known to be closed before a statement was sent, or when it was to be."""
    cause = driver_error(error)
    if isinstance(cause, asyncpg.PostgresConnectionError) and isinstance(cause.__cause__, BrokenPipeError):
        return True  # of what is not sent to its end the server does nothing
    if type(cause) is asyncpg.InternalClientError and "cannot switch to state" in str(cause):
        return True  # of a connection that the server has ended a moment ago, while nobody used it
    # The driver has one class for a closed connection and for its own misuse; only the words tell them apart.
    return isinstance(cause, asyncpg.InterfaceError) and "connection is closed" in str(cause)


def refused(error: BaseException) -> bool:
    """Whether it is the server's word that it has not done, and will not do, what was asked."""
    return isinstance(cause := driver_error(error), asyncpg.PostgresError) and not isinstance(cause, LOST)


def ended_first(error: BaseException) -> bool:
    """Whether it is the server's word that it was told to end the session, before it was done with a statement.

    A statement that is a transaction by itself is then not committed: from its commit until the answer is sent the
    server heeds no such order (PostgreSQL's `ProcessInterrupts`). Of a crash it says so at any time.
    """
    cause = driver_error(error)
    return isinstance(cause.__cause__ or cause, asyncpg.AdminShutdownError | asyncpg.IdleSessionTimeoutError)


def driver_error(error: BaseException) -> BaseException:
    """Return what the driver raised, where SQLAlchemy has wrapped it."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    if isinstance(error, EmulatedDBAPIException):  # of a connection that could not be made
        return error.__cause__ or error
    return error


def of_the_database(error: BaseException) -> bool:
    """Whether the database, or the way to it, has failed: after that nothing more can be read in a transaction."""
    return isinstance(error, DBAPIError | asyncpg.PostgresError | asyncpg.InterfaceError) or (
        unavailable(error) is not None
    )


def violated(error: asyncpg.IntegrityConstraintViolationError) -> str | None:
    """Return the name of the constraint that a statement violated."""
    name = getattr(error, "constraint_name", None)
    return name if isinstance(name, str) else None
