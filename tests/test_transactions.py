"""One owner of the transaction: what a connection is when it is lent, and that none goes back that is not idle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db
from gql_api.errors import NotFoundError, UnavailableError
from gql_api.repositories import Repositories
from gql_api.session import Session, Sessions
from gql_api.unit_of_work import SNAPSHOT, WRITE, UnitOfWork
from tests.conftest import Raw
from tests.factories import add_category, add_task
from tests.test_unit_of_work import CancelledAt, nothing_runs

STATE = "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'), pg_backend_pid()"
IDLE_IN_TRANSACTION = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""


class State(NamedTuple):
    isolation: str
    read_only: str
    backend: int


READ, WRITTEN = ("repeatable read", "on"), ("read committed", "off")


class One(NamedTuple):
    """A pool of one connection, so that who comes next is lent what was given back."""

    engine: AsyncEngine
    sessions: Sessions

    def work(self) -> UnitOfWork:
        return UnitOfWork(self.sessions)

    async def lent_next(self) -> Any:
        """Return the driver's connection that is lent next, as it is then."""
        lent = await self.engine.raw_connection()
        connection = lent.driver_connection
        lent.close()
        return connection


@pytest.fixture
async def one(database: str) -> AsyncIterator[One]:
    engine = db.create_engine(database, pool_size=1)
    yield One(engine, db.create_sessions(engine))
    await engine.dispose()


async def state(repositories: Repositories) -> State:
    session = repositories.tasks._session
    assert session._connected.is_in_transaction()
    ((isolation, read_only, backend),) = await session.fetch(STATE)
    return State(isolation, read_only, backend)


async def look(one: One) -> int:
    """See that the next transactions of the pool's connection are what they should be; return its backend."""
    driver = await one.lent_next()
    assert not driver.is_in_transaction()
    ((isolation, read_only, _),) = await driver.fetch(STATE)
    assert (isolation, read_only) == ("read committed", "off")  # of its own, without a transaction of ours
    work = one.work()
    async with work.read() as repositories:
        found = await state(repositories)
    assert found[:2] == READ
    async with work.read() as repositories:
        assert await state(repositories) == found
    async with work.write() as repositories:
        assert (await state(repositories))[:2] == WRITTEN
    async with work.read() as repositories:
        assert (await state(repositories))[:2] == READ
    await work.close()
    return found.backend


async def read(work: UnitOfWork) -> None:
    async with work.read() as repositories:
        await repositories.tasks.count(None)
        await repositories.categories.get_many([1, 2])


async def alone(work: UnitOfWork) -> None:
    work.single_statement = True
    async with work.read() as repositories:
        await repositories.tasks.count(None)


async def write(work: UnitOfWork) -> None:
    async with work.write() as repositories:
        await add_category(repositories)
        await add_task(repositories)


async def fail_in(work: UnitOfWork, error: BaseException, *, reading: bool) -> None:
    async with work.read() if reading else work.write() as repositories:
        await repositories.tasks.count(None)
        raise error


async def wrong_statement(work: UnitOfWork, *, reading: bool) -> None:
    async with work.read() if reading else work.write() as repositories:
        await repositories.tasks._session.fetch("SELECT 1/0")


async def test_a_transaction_is_what_it_is_for_and_the_next_one_too(one: One) -> None:
    backend = await look(one)
    assert await look(one) == backend


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("error", [NotFoundError("Task", "id", id=1), RuntimeError("x"), asyncio.CancelledError()])
async def test_after_an_exception_the_connection_is_lent_idle(one: One, error: BaseException, *, reading: bool) -> None:
    backend = await look(one)
    work = one.work()
    with pytest.raises(type(error)):
        await fail_in(work, error, reading=reading)
    await work.close()
    assert await look(one) == backend


@pytest.mark.parametrize("reading", [True, False])
async def test_after_a_failed_statement_the_connection_is_lent_idle(one: One, *, reading: bool) -> None:
    backend = await look(one)
    work = one.work()
    with pytest.raises(asyncpg.DivisionByZeroError):
        await wrong_statement(work, reading=reading)
    await work.close()
    assert await look(one) == backend


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("what", [read, write, alone])
async def test_cancelled_at_each_await_the_connection_is_idle_or_thrown_away(
    one: One, raw: Raw, what: Callable[[UnitOfWork], Awaitable[None]], times: int
) -> None:
    """Be it in the check-out, in BEGIN, a statement, COMMIT, ROLLBACK or between them."""
    await look(one)
    for at in range(1, 60):
        await raw.execute("TRUNCATE tasks, categories CASCADE")
        work = one.work()

        async def run(work: UnitOfWork = work, at: int = at) -> None:
            try:
                await CancelledAt(cancelled(work), at, times)
            finally:
                await work.close()

        async def cancelled(work: UnitOfWork) -> None:
            await what(work)

        try:
            await asyncio.create_task(run())
            done = True
        except (asyncio.CancelledError, UnavailableError):
            done = False
        assert one.engine.pool.checkedout() == 0, at  # type: ignore[attr-defined]
        assert not (await one.lent_next()).is_in_transaction(), at
        await asyncio.wait_for(nothing_runs(raw), 60)
        assert await raw.fetchval(IDLE_IN_TRANSACTION) == 0
        kept = 1 if what is write and work.committed else 0
        assert await raw.fetchval("SELECT count(*) FROM tasks") == kept, at
        await raw.execute("TRUNCATE tasks, categories CASCADE")
        await look(one)
        if done:
            return
    raise AssertionError("It never came to its end")


async def test_what_is_not_proven_idle_is_thrown_away(one: One, raw: Raw) -> None:
    """A transaction that somebody has begun on our connection, of which its owner knows nothing."""
    backend = await look(one)
    session = one.sessions()
    await session.begin(WRITE)
    driver = session._connected
    await session.commit()
    await driver.execute("BEGIN")
    await session.close()
    assert driver.is_closed()
    assert await look(one) != backend
    await nothing_runs(raw)


async def test_a_closed_session_runs_nothing(one: One) -> None:
    session = one.sessions()
    for use in (session.fetch("SELECT 1"), session.commit()):
        with pytest.raises(RuntimeError, match="No transaction"):
            await use
    await session.begin(SNAPSHOT)
    with pytest.raises(RuntimeError, match="open already"):
        await session.begin(SNAPSHOT)
    await session.close()
    await session.close()
    with pytest.raises(RuntimeError, match="No transaction"):
        await session.fetch("SELECT 1")


async def test_a_commit_that_could_only_roll_back_is_no_commit(one: One, raw: Raw) -> None:
    """The server takes COMMIT for ROLLBACK where a statement has failed, and raises no error."""
    work = one.work()

    async def go_on() -> None:
        async with work.write() as repositories:
            await add_task(repositories)
            with pytest.raises(asyncpg.DivisionByZeroError):
                await repositories.tasks._session.fetch("SELECT 1/0")

    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await go_on()
    assert work.committed is False
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
    await work.close()
    await look(one)


async def test_one_statement_alone_needs_no_transaction(one: One, raw: Raw) -> None:
    """And the connection goes back as it came."""
    backend = await look(one)
    work = one.work()
    work.single_statement = True
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 0
        assert not repositories.tasks._session._connected.is_in_transaction()
    await work.close()
    last = await raw.fetchrow("SELECT query, state FROM pg_stat_activity WHERE pid = $1", backend)
    assert last is not None
    assert last["query"].startswith("SELECT count")
    assert last["state"] == "idle"
    assert await look(one) == backend


async def test_a_second_statement_is_refused_where_the_first_one_was_alone(one: One) -> None:
    work = one.work()
    await alone(work)
    with pytest.raises(RuntimeError, match="another state"):
        await alone(work)
    await write(work)
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 1
    await work.close()
    await look(one)


async def test_behind_a_pooler_one_statement_has_a_transaction_too(database: str) -> None:
    """It would be prepared in one session and run in another; and only a transaction bounds its time there."""
    engine = db.create_engine(database, pool_size=1, transaction_pooling=True, statement_timeout=1)
    work = UnitOfWork(db.create_sessions(engine))
    work.single_statement = True
    async with work.read() as repositories:
        assert (await state(repositories))[:2] == READ
    await work.close()
    await engine.dispose()


async def test_a_savepoint_undoes_its_block_alone(one: One) -> None:
    session = one.sessions()
    await session.begin(WRITE)
    repositories = Repositories(session, datetime.now(UTC))
    await add_task(repositories)

    async def fail(session: Session) -> None:
        async with session.savepoint():
            await add_task(repositories)
            await session.fetch("SELECT 1/0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await fail(session)
    async with session.savepoint():
        await add_task(repositories)
    assert await repositories.tasks.count(None) == 2
    await session.close()


async def test_who_listens_to_the_engine_is_told_of_each_statement(one: One) -> None:
    told: list[tuple[str, list[Any]]] = []
    event.listen(one.engine.sync_engine, "before_cursor_execute", lambda *of: told.append((of[2], list(of[3]))))
    work = one.work()
    async with work.read() as repositories:
        await repositories.tasks.get(7)
    await work.close()
    ((statement, values),) = told
    assert statement.startswith("SELECT tasks.id")
    assert values == [7]
