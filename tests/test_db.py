"""Addresses, and what a failure to connect means."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gql_api import db
from gql_api.errors import StartupError
from tests.conftest import Raw


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@host:5432/name", "postgresql://u:p@host:5432/name"),
        ("postgresql+asyncpg://u:p@host/name", "postgresql://u:p@host/name"),
        ("postgres://u@host/name", "postgresql://u@host/name"),
        ("postgresql:///name?host=/run/postgresql", "postgresql:///name?host=%2Frun%2Fpostgresql"),
        ("postgresql://host/name?sslmode=require&channel_binding=require", "postgresql://host/name?sslmode=require"),
        ("postgresql://u:p%40ss@host/name?connect_timeout=3", "postgresql://u:p%40ss@host/name"),
    ],
)
def test_addresses_that_are_understood(url: str, expected: str) -> None:
    assert db.driver_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "name",
        "mysql://u:secret@host/name",
        "postgresql+psycopg://u:secret@host/n",
        "postgresql:u:secret@h",
        "postgresql://u:secret@host:port/name",
        "postgresql://u:se@cr/secret@host/name",
        "postgresql://u:secret@[::1/name",
        "sqlite:///secret.db",
    ],
)
def test_addresses_that_are_not_say_so_and_keep_the_secret(url: str) -> None:
    with pytest.raises(StartupError) as caught:
        db.driver_url(url)
    assert "secret" not in str(caught.value)


def test_an_address_is_shown_without_its_password() -> None:
    assert db.shown_url("postgresql://u:secret@host:5432/name?password=secret") == "postgresql://u@host:5432/name"
    assert db.shown_url("postgresql://host/name") == "postgresql://host/name"


async def test_the_pool_is_bounded_and_sessions_have_no_surprises(database: str) -> None:
    engine = db.create_engine(database, pool_size=3)
    assert engine.pool.size() == 3  # type: ignore[attr-defined]
    assert engine.pool._max_overflow == 0  # type: ignore[attr-defined]
    session = db.create_sessions(engine)()
    assert session.sync_session.autoflush is False
    assert session.sync_session.expire_on_commit is False
    async with session:
        assert (await session.execute(text("SHOW timezone"))).scalar_one() == "UTC"
    await engine.dispose()


@pytest.mark.parametrize("transaction_pooling", [True, False])
async def test_statements_are_prepared_once_or_never_kept(database: str, transaction_pooling: bool) -> None:
    engine = db.create_engine(database, pool_size=1, transaction_pooling=transaction_pooling)
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%count%pg_prepared%'")
    for _ in range(2):
        async with engine.connect() as connection:
            assert (await connection.execute(kept)).scalar_one() == (0 if transaction_pooling else 1)
    await engine.dispose()


async def test_behind_a_pooler_a_column_is_read_by_the_type_that_it_has_now(database: str, raw: Raw) -> None:
    """A statement that is described once and sent again would give the bits of one type as a number of another."""
    engine = db.create_engine(database, pool_size=1, transaction_pooling=True)
    await raw.execute("CREATE TABLE changed AS SELECT 42::bigint AS value")
    for expected in (42, 42.0):
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT value FROM changed"))).scalar_one() == expected
        await raw.execute("ALTER TABLE changed ALTER value TYPE double precision")
    await engine.dispose()


URL = "postgresql://u:secret@host/name"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (asyncpg.InvalidPasswordError(), "password"),
        (asyncpg.InvalidCatalogNameError(), "no such database"),
        (asyncpg.ClientConfigurationError("x"), "not understood"),
        (TimeoutError(), "does not answer"),
        (ConnectionRefusedError(), "cannot be reached"),
        (asyncpg.CannotConnectNowError(), "right now"),
        (asyncpg.TooManyConnectionsError(), "right now"),
        (asyncpg.ProtocolViolationError("SASL authentication failed"), "SASL authentication failed"),
        (asyncpg.DuplicatePreparedStatementError(), "GQL_API_TRANSACTION_POOLING=true"),
        (asyncpg.InvalidSQLStatementNameError(), "GQL_API_TRANSACTION_POOLING=true"),
    ],
)
def test_a_problem_is_told_in_one_line(error: Exception, word: str) -> None:
    told = db.startup_problem(error, URL)
    assert told is not None
    assert word in told
    assert "secret" not in told
    assert "\n" not in told


def test_other_errors_are_no_connection_problems() -> None:
    assert db.startup_problem(RuntimeError("boom"), URL) is None
    assert not db.is_unreachable(RuntimeError("boom"))
    assert not db.is_unreachable(asyncpg.UniqueViolationError())
    assert db.is_unreachable(asyncpg.DeadlockDetectedError())


@pytest.mark.parametrize(
    ("cause", "unavailable"),
    [
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.SerializationError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.UndefinedTableError(), False),
        (asyncpg.UniqueViolationError(), False),
    ],
)
def test_only_a_database_that_went_away_is_unavailable(cause: Exception, unavailable: bool) -> None:
    """A wrong statement and a misused connection are mistakes of ours, and must not look like the weather."""
    translated = Exception("as SQLAlchemy wraps it")
    translated.__cause__ = cause
    assert db.is_unavailable(DBAPIError("SELECT 1", {}, translated)) is unavailable
