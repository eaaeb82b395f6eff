"""The way to PostgreSQL: addresses, the engine with its pool, the session factory, and what a failure means."""

import ssl
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from gql_api.errors import StartupError

SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
LIBPQ_ONLY = {"channel_binding", "gssencmode", "keepalives", "keepalives_idle", "connect_timeout"}
"""Parts of a libpq address that asyncpg would pass on to the server as settings, which the server then refuses."""

CONNECT_TIMEOUT = 10.0
"""Seconds a new connection may take."""

Sessions = async_sessionmaker[AsyncSession]


def driver_url(url: str) -> str:
    """Return the address as asyncpg reads it: libpq's form, with its `sslmode`, socket folders and PG… variables.

    Raises StartupError, without the address in its text, when it is no PostgreSQL address.
    """
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        raise StartupError("DATABASE_URL is not an address such as postgresql://user:password@host:5432/name") from None
    if parts.scheme not in SCHEMES or not url.startswith(f"{parts.scheme}://"):
        raise StartupError(
            "DATABASE_URL must begin with postgresql:// (or postgresql+asyncpg://), followed by user, host and name"
        )
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key not in LIBPQ_ONLY])
    return f"postgresql://{parts.netloc}{parts.path}{'?' if query else ''}{query}"


def shown_url(url: str) -> str:
    """Return the address without its password and parameters, for messages."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"postgresql://{user.partition(':')[0]}{at}{host}{parts.path}"


def create_engine(url: str, *, pool_size: int = 10, pool_timeout: float = 30.0) -> AsyncEngine:
    """Make an engine with a pool of at most `pool_size` connections. Nothing connects yet."""
    address = driver_url(url)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            address, timeout=CONNECT_TIMEOUT, server_settings={"application_name": "gql-api", "timezone": "UTC"}
        )

    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": pool_timeout}
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **options)


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Make the session factory. Sessions never flush or expire behind a repository's back."""
    return async_sessionmaker(engine, autoflush=False, expire_on_commit=False)


def is_unavailable(error: BaseException) -> bool:
    """Whether the error says that the database is out of reach, and not that a statement was wrong."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        cause = error.orig.__cause__ if error.orig is not None else None
        return cause is not None and is_unavailable(cause)
    return isinstance(
        error,
        OSError
        | PoolTimeoutError
        | asyncpg.PostgresConnectionError
        | asyncpg.InterfaceError
        | asyncpg.InternalClientError
        | asyncpg.OperatorInterventionError
        | asyncpg.TransactionRollbackError
        | asyncpg.TooManyConnectionsError
        | asyncpg.InvalidAuthorizationSpecificationError
        | asyncpg.InvalidCatalogNameError,
    )


def constraint_name(error: IntegrityError) -> str | None:
    """Return the name of the constraint that a statement violated."""
    cause = error.orig.__cause__ if error.orig is not None else None
    name = getattr(cause, "constraint_name", None)
    return name if isinstance(name, str) else None


def startup_problem(error: BaseException, url: str) -> str | None:  # noqa: PLR0911 - one line a case
    """Return in one line why the database cannot be used, or None when the error says nothing about that."""
    where = shown_url(url)
    cause = error
    while isinstance(cause, DBAPIError) and cause.orig is not None and cause.orig.__cause__ is not None:
        cause = cause.orig.__cause__
    match cause:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return f"{where} refuses the user or the password"
        case asyncpg.InvalidCatalogNameError():
            return f"There is no such database: {where}"
        case asyncpg.ClientConfigurationError():
            return "DATABASE_URL has a part that is not understood"
        case TimeoutError():
            return f"{where} does not answer"
        case ssl.SSLError():
            return f"{where}: no secure connection could be made"
        case OSError():
            return f"{where} cannot be reached: is PostgreSQL running there?"
        case _ if is_unavailable(cause):
            return f"{where} accepts no connections right now"
        case _:
            return None
