"""The way to PostgreSQL: addresses, the engine with its pool, the session factory."""

import ssl
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gql_api.driver import Connecting
from gql_api.errors import StartupError
from gql_api.failures import driver_error, unavailable
from gql_api.session import Sessions

SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
LIBPQ_ONLY = {"channel_binding", "gssencmode", "keepalives", "keepalives_idle", "connect_timeout"}
"""Parts of a libpq address that asyncpg would pass on to the server as settings, which the server then refuses."""

CONNECT_TIMEOUT = 10.0
"""Seconds a new connection may take."""

BOUND = ("statement_timeout", "idle_in_transaction_session_timeout")
"""PostgreSQL's settings that end a statement, and a transaction in which nothing happens."""

SERVER_MARGIN = 5.0
"""Seconds after which the server ends by itself what we should have ended."""

UNNAMED_STATEMENTS = {
    "statement_cache_size": 0,  # asyncpg's: without it a statement has no name, and is sent again with its parameters
    "prepared_statement_cache_size": 0,  # SQLAlchemy's: it would go on reading columns by types of an earlier time
}


def driver_url(url: str) -> str:
    """Return the address as asyncpg reads it: libpq's form, with its `sslmode`, socket folders and PG… variables.

    Raises StartupError, without the address in its text, when it is no PostgreSQL address.
    """
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        raise StartupError("DATABASE_URL is not an address such as postgresql://user:password@host:5432/name") from None
    if "@" in parts.path:
        raise StartupError("DATABASE_URL has a password with special characters: write @ as %40, / as %2F, and so on")
    if parts.scheme not in SCHEMES or not url.startswith(f"{parts.scheme}://"):
        raise StartupError(
            "DATABASE_URL must begin with postgresql://, postgres:// or postgresql+asyncpg://, then user, host and name"
        )
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key not in LIBPQ_ONLY])
    return f"postgresql://{parts.netloc}{parts.path}{'?' if query else ''}{query}"


def shown_url(url: str) -> str:
    """Return the address without its password and parameters, for messages."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"postgresql://{user.partition(':')[0]}{at}{host}{parts.path}"


def create_engine(
    url: str,
    *,
    pool_size: int = 10,
    pool_timeout: float = 30.0,
    transaction_pooling: bool = False,
    statement_timeout: float | None = None,
) -> AsyncEngine:
    """Make an engine with a pool of at most `pool_size` connections. Nothing connects yet.

    With `transaction_pooling` no prepared statement outlives its transaction: each of a connection's transactions may
    run in another session of the server, or in one that another client has used.

    `statement_timeout` is how many seconds an operation takes at most; a little later the server itself ends what goes
    on, should we no longer be able to. Without it nothing is bound, as is right for migrations.
    """
    bounds = {} if statement_timeout is None else dict.fromkeys(BOUND, f"{statement_timeout + SERVER_MARGIN:.3f}s")
    settings = {"application_name": "gql-api", "timezone": "UTC"}
    arguments: dict[str, Any] = {"dsn": driver_url(url), "timeout": CONNECT_TIMEOUT}
    if transaction_pooling:
        # A pooler refuses what it cannot keep for each of its clients.
        arguments |= {"server_settings": settings, "set_local": bounds, **UNNAMED_STATEMENTS}
    else:
        arguments |= {"server_settings": settings | bounds}
    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": Connecting, **arguments},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_reset_on_return=None,  # sessions give back only what is idle, and SQLAlchemy's own connections roll back
        hide_parameters=True,  # what clients send has no place in the log, nor in its stacks
    )


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Make the session factory."""
    return Sessions(engine)


async def check_encoding(engine: AsyncEngine) -> None:
    """Raise StartupError unless the database holds all of Unicode."""
    async with engine.connect() as connection:
        encoding = (await connection.execute(text("SHOW server_encoding"))).scalar_one()
    if encoding != "UTF8":
        raise StartupError(
            f"The database is encoded in {encoding}. Make one in UTF8: createdb --encoding=UTF8 --template=template0"
        )


def startup_problem(error: BaseException, url: str) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one line a case
    """Return in one line why the database cannot be used, or None when the error says nothing about that."""
    where = shown_url(url)
    match cause := driver_error(error):
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return f"{where} refuses the user or the password"
        case asyncpg.InvalidCatalogNameError():
            return f"There is no such database: {where}. Make it first (createdb)"
        case asyncpg.DuplicatePreparedStatementError() | asyncpg.InvalidSQLStatementNameError():
            return f"{where} is a pooler that lends connections: set GQL_API_TRANSACTION_POOLING=true"
        case asyncpg.ProtocolViolationError() if "startup parameter" in str(cause):
            ignored = f"ignore_startup_parameters = {','.join(BOUND)}"
            return f"{where} is a pooler: set GQL_API_TRANSACTION_POOLING=true, or give it {ignored}"
        case asyncpg.ProtocolViolationError():  # how PgBouncer says everything
            return f"{where} accepts no connection: {cause}"
        case asyncpg.ClientConfigurationError():
            return "DATABASE_URL has a part that is not understood"
        case asyncpg.InsufficientPrivilegeError():
            return f"{where} refuses this user what is needed: it must own the database, or be granted its tables"
        case asyncpg.UndefinedObjectError() | asyncpg.CantChangeRuntimeParamError():
            return f"DATABASE_URL has a parameter that the server does not know: {cause}"
        case TimeoutError():
            return f"{where} does not answer"
        case ssl.SSLError():
            return f"{where}: no secure connection could be made"
        case OSError():
            return f"{where} cannot be reached: is PostgreSQL running there, and is the address right?"
        case _ if unavailable(error) is not None:
            return f"{where} accepts no connections right now"
        case _:
            return None
