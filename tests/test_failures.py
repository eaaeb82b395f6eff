"""What a failure of the database means for an operation."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gql_api import failures


def wrapped(cause: BaseException, *, invalidated: bool = False) -> DBAPIError:
    """Return the error as SQLAlchemy raises it."""
    translated = Exception("as SQLAlchemy translates it")
    translated.__cause__ = cause
    return DBAPIError("SELECT 1", {}, translated, connection_invalidated=invalidated)


@pytest.mark.parametrize(
    ("cause", "retries"),
    [
        (asyncpg.SerializationError(), 3),
        (asyncpg.DeadlockDetectedError(), 3),
        (asyncpg.AdminShutdownError(), 1),
        (asyncpg.CrashShutdownError(), 1),
        (asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"), 1),
        (asyncpg.InterfaceError("connection is closed"), 1),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), 1),
        (asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"), 1),
        (asyncpg.ConnectionDoesNotExistError("connection was closed in the middle: query_wait_timeout"), 0),
        (asyncpg.CannotConnectNowError(), 0),
        (asyncpg.TooManyConnectionsError(), 0),
        (asyncpg.DiskFullError(), 0),
        (asyncpg.OutOfMemoryError(), 0),
        (asyncpg.PostgresIOError(), 0),
        (asyncpg.ReadOnlySQLTransactionError(), 0),
        (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), 0),
        (asyncpg.LockNotAvailableError(), 0),
        (asyncpg.InvalidPasswordError(), 0),
        (asyncpg.TargetServerAttributeNotMatched(), 0),
        (asyncpg.InvalidCatalogNameError(), 0),
        (ConnectionRefusedError(), 0),
        (TimeoutError(), 0),
        (PoolTimeoutError(), 0),
    ],
)
def test_what_the_database_cannot_do_is_unavailable(cause: Exception, retries: int) -> None:
    for error in (cause, wrapped(cause)):
        meant = failures.unavailable(error)
        assert meant is not None
        assert meant.retries == retries
        assert meant.retryable is (retries > 0)
        assert not meant.in_doubt


@pytest.mark.parametrize(
    "cause",
    [
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncpg.UndefinedTableError("query_wait_timeout"),
        asyncpg.UniqueViolationError(),
        asyncpg.InternalServerError(),
        RuntimeError("connection is closed"),
    ],
)
def test_our_own_mistakes_do_not_look_like_the_weather(cause: Exception) -> None:
    assert failures.unavailable(cause) is None
    assert failures.unavailable(wrapped(cause)) is None


def test_whatever_was_said_a_connection_that_is_gone_may_be_had_anew() -> None:
    meant = failures.unavailable(wrapped(asyncpg.UndefinedTableError(), invalidated=True))
    assert meant is not None
    assert meant.retryable


def broken(cause: Exception) -> asyncpg.PostgresError:
    """Return what the driver raises of a connection that failed for this cause."""
    error = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "not_sent"),
    [
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"), True),
        (broken(BrokenPipeError()), True),
        (broken(ConnectionResetError()), False),
        (broken(asyncpg.AdminShutdownError()), False),
        (asyncpg.InternalClientError("got result for unknown protocol state 7"), False),
        (asyncpg.AdminShutdownError(), False),
    ],
)
def test_what_was_never_sent_leaves_no_doubt(cause: Exception, *, not_sent: bool) -> None:
    assert failures.not_sent(cause) is not_sent
    assert not failures.refused(cause)
