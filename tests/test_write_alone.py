"""Writes of a single statement: it is their commit, too. What became of it is known, or said to be in doubt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import asyncpg
import pytest

from gql_api import db, session, unit_of_work
from gql_api.errors import UnavailableError
from gql_api.repositories import MissingCategoryError, Repositories
from gql_api.shapes.task import Task
from gql_api.unit_of_work import UnitOfWork
from tests.conftest import KILL_OTHERS, Raw, waiting_for_a_lock
from tests.factories import add_task
from tests.test_transactions import One, look
from tests.test_unit_of_work import CancelledAt, nothing_runs


@pytest.fixture
async def one(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[One]:
    """A pool of one connection, which is taken for alive however long nobody has used it."""
    monkeypatch.setattr(session, "ALIVE", inf)
    engine = db.create_engine(database, pool_size=1)
    yield One(engine, db.create_sessions(engine))
    await engine.dispose()


async def tasks_of(raw: Raw) -> int:
    count: int = await raw.fetchval("SELECT count(*) FROM tasks")
    return count


def kept(work: UnitOfWork) -> bool | None:
    return work.committed


@asynccontextmanager
async def waiting(work: UnitOfWork, raw: Raw) -> AsyncIterator[asyncio.Task[Task]]:
    """Give a write that waits on the server, for a lock that is held until the block ends."""
    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        task = asyncio.create_task(work.write_alone(add_task))
        await waiting_for_a_lock(raw, 1)
        yield task


async def in_category(repositories: Repositories) -> Task:
    return await add_task(repositories, category_id=7)


async def failing(repositories: Repositories) -> None:
    await repositories.tasks._session.fetch("SELECT 1/0")


async def twice(repositories: Repositories) -> None:
    await add_task(repositories)
    await add_task(repositories)


async def nothing(_: Repositories) -> str:
    return "nothing"


async def test_it_is_saved_by_one_round_trip(one: One, raw: Raw) -> None:
    backend = await look(one)
    work = one.work()
    task = await work.write_alone(add_task)
    assert task.title == "Water the plants"
    assert kept(work) is True
    last = await raw.fetchrow("SELECT query, state FROM pg_stat_activity WHERE pid = $1", backend)
    assert last is not None
    assert last["query"].startswith("INSERT")
    assert last["state"] == "idle"
    assert await tasks_of(raw) == 1
    await work.close()
    assert await look(one) == backend


async def test_a_read_after_it_sees_it(one: One) -> None:
    work = one.work()
    for number in (1, 2):
        await work.write_alone(add_task)
        async with work.read() as repositories:
            assert await repositories.tasks.count(None) == number
    await work.close()


async def test_a_second_statement_is_refused(one: One, raw: Raw) -> None:
    """And it is known that the first one was saved."""
    work = one.work()
    with pytest.raises(RuntimeError, match="second statement"):
        await work.write_alone(twice)
    assert kept(work) is True
    assert await tasks_of(raw) == 1
    await work.close()
    await look(one)


@pytest.mark.parametrize(
    ("statement", "error"), [(failing, asyncpg.DivisionByZeroError), (in_category, MissingCategoryError)]
)
async def test_what_the_server_refuses_is_not_saved(one: One, raw: Raw, statement: Any, error: type[Exception]) -> None:
    backend = await look(one)
    work = one.work()
    with pytest.raises(error):
        await work.write_alone(statement)
    assert kept(work) is False
    assert await tasks_of(raw) == 0
    await work.close()
    assert await look(one) == backend


async def test_without_a_statement_nothing_is_in_doubt(one: One) -> None:
    work = one.work()
    assert await work.write_alone(nothing) == "nothing"
    await work.close()
    await look(one)


async def test_cancelled_while_it_waits_it_is_ended_on_the_server(one: One, raw: Raw) -> None:
    """At once, though the lock that it waits for stays; and what is asked of the server can end nobody else's."""
    backend = await look(one)
    work = one.work()
    async with waiting(work, raw) as task:
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 60)
        assert kept(work) is False
    assert await tasks_of(raw) == 0
    await work.close()
    assert await look(one) != backend


@pytest.mark.parametrize("times", [1, 2])
async def test_cancelled_at_each_await_it_is_known_what_became_of_it(one: One, raw: Raw, times: int) -> None:
    for at in range(1, 60):
        await raw.execute("TRUNCATE tasks CASCADE")
        work = one.work()

        async def write(work: UnitOfWork = work) -> None:
            await work.write_alone(add_task)

        async def run(work: UnitOfWork = work, at: int = at, write: Any = write) -> None:
            try:
                await CancelledAt(write(), at, times)
            finally:
                await work.close()

        try:
            await asyncio.create_task(run())
            done = True
        except (asyncio.CancelledError, UnavailableError):
            done = False
        await asyncio.wait_for(nothing_runs(raw), 60)
        assert kept(work) is not None, at
        assert await tasks_of(raw) == int(bool(kept(work))), at
        assert one.engine.pool.checkedout() == 0, at  # type: ignore[attr-defined]
        await look(one)
        if done:
            return
    raise AssertionError("It never came to its end")


async def test_what_the_server_ends_in_good_order_is_not_saved(one: One, raw: Raw) -> None:
    work = one.work()
    async with waiting(work, raw) as task:
        await raw.execute(KILL_OTHERS)
        with pytest.raises(UnavailableError) as caught:
            await asyncio.wait_for(task, 60)
    assert caught.value.retryable
    assert kept(work) is False
    assert await tasks_of(raw) == 0
    await work.close()
    await look(one)


async def test_a_connection_that_is_lost_meanwhile_leaves_a_doubt(one: One, raw: Raw) -> None:
    work = one.work()
    async with waiting(work, raw) as task:
        work._session.cut()
        with pytest.raises(UnavailableError) as caught:
            await asyncio.wait_for(task, 60)
    assert caught.value.in_doubt
    assert not caught.value.retryable
    assert kept(work) is None
    await work.close()
    await look(one)


async def test_a_server_that_does_not_end_it_is_not_waited_for(
    one: One, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here nobody asks it to: it is cut, and what became of it is in doubt."""
    monkeypatch.setattr(unit_of_work, "ENDING", 0.1)
    monkeypatch.setattr(session.Session, "stop", lambda _: None)
    work = one.work()
    async with waiting(work, raw) as task:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 60)
        assert kept(work) is None
    await work.close()
    await nothing_runs(raw)
    await look(one)


async def test_who_was_not_heard_of_lately_begins_a_transaction(
    one: One, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a connection that is lost long since is noticed before anything is in doubt, and another is taken."""
    monkeypatch.setattr(session, "ALIVE", -inf)
    backend = await look(one)
    work = one.work()
    await work.write_alone(add_task)
    assert kept(work) is True
    assert await raw.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", backend) == "COMMIT;"
    await raw.execute(KILL_OTHERS)
    with pytest.raises(UnavailableError) as caught:
        await work.write_alone(add_task)
    assert caught.value.retryable
    assert kept(work) is False
    await work.write_alone(add_task)
    assert await tasks_of(raw) == 2
    await work.close()


async def test_behind_a_pooler_it_has_a_transaction(database: str, raw: Raw) -> None:
    engine = db.create_engine(database, pool_size=1, transaction_pooling=True)
    work = UnitOfWork(db.create_sessions(engine))
    await work.write_alone(twice)
    assert kept(work) is True
    with pytest.raises(MissingCategoryError):
        await work.write_alone(in_category)
    assert kept(work) is False
    assert await tasks_of(raw) == 2
    await work.close()
    await engine.dispose()
