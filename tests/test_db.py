"""Addresses, and what a failure to connect means."""

import asyncio
import socket
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import text

from gql_api import db, driver
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


async def test_the_pool_is_bounded(database: str) -> None:
    engine = db.create_engine(database, pool_size=3)
    assert engine.pool.size() == 3  # type: ignore[attr-defined]
    assert engine.pool._max_overflow == 0  # type: ignore[attr-defined]
    session = db.create_sessions(engine)()
    await session.begin("BEGIN")
    assert [tuple(row) for row in await session.fetch("SHOW timezone")] == [("UTC",)]
    await session.close()
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


BOUNDS = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"


@pytest.mark.parametrize(("given", "expected"), [(None, "0"), (2.5, "7500ms")])
@pytest.mark.parametrize("transaction_pooling", [True, False])
async def test_the_server_bounds_what_an_operation_does(
    database: str, given: float | None, expected: str, transaction_pooling: bool
) -> None:
    engine = db.create_engine(database, transaction_pooling=transaction_pooling, statement_timeout=given)
    sent = []
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        raw.add_query_logger(lambda record: sent.append(record.query))
        for _ in range(2):
            assert tuple((await connection.execute(text(BOUNDS))).one()) == (expected, expected)
            await connection.rollback()
        # Where the pooler lends the session to others nothing stays behind, and it takes no round trip.
        left = await raw.fetchval("SHOW statement_timeout")
    assert left == ("0" if transaction_pooling else expected)
    assert [query[:4] for query in sent] == ["BEGI", "ROLL", "BEGI", "ROLL", "SHOW"]  # but for those that are prepared
    await engine.dispose()


async def test_a_host_that_is_gone_is_noticed() -> None:
    """By TCP: each connection says how long it may be without a word from the other side."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    with socket.create_connection(server.sockets[0].getsockname()) as connected:
        driver.notice_when_the_host_is_gone(connected)
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
    server.close()


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


MOMENTS = [
    "0001-01-01 00:00:00.000001+00",
    "1883-11-18 12:03:58+00",
    "1999-12-31 23:59:59.999999+00",
    "2000-01-01 00:00:00+00",
    "2026-03-29 02:30:00.5+02",
    "9999-12-31 23:59:59.999998+00",
]


async def test_times_are_what_the_driver_makes_of_them(database: str) -> None:
    """Alone, in arrays and in rows; and they are sent as they came."""
    asked = "SELECT $1::text::timestamptz, ARRAY[$1::text::timestamptz], ROW($1::text::timestamptz)"
    theirs = await asyncpg.connect(db.driver_url(database))
    ours = await driver.connect(dsn=db.driver_url(database))
    try:
        for moment in MOMENTS:
            found, expected = await ours.fetchrow(asked, moment), await theirs.fetchrow(asked, moment)
            assert found is not None
            assert found == expected
            assert found[0].tzinfo is UTC
            same = "SELECT $1 = $2::text::timestamptz AND $3::timestamptz[] = ARRAY[$2::text::timestamptz]"
            assert await ours.fetchval(same, found[0], moment, [found[0]])
        with_offset = datetime.fromisoformat("2026-03-29T02:30:00+02:00")
        in_utc = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
        assert await ours.fetchval("SELECT $1::timestamptz", with_offset) == in_utc
        for infinity, extreme in (("infinity", driver.LATEST), ("-infinity", driver.EARLIEST)):
            assert await ours.fetchval("SELECT $1::text::timestamptz", infinity) == extreme
            assert await ours.fetchval("SELECT $1::timestamptz::text", extreme) == infinity
        with pytest.raises(asyncpg.DataError):
            await ours.fetchval("SELECT $1::timestamptz", datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    finally:
        await ours.close()
        await theirs.close()
