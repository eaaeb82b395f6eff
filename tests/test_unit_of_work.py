"""The unit of work owns transactions: when they begin, what they see, how they end."""

import asyncio
import gc
from collections.abc import Collection, Coroutine, Generator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db, unit_of_work
from gql_api.context import Connection, Context
from gql_api.errors import NotFoundError, UnavailableError
from gql_api.loaders import Loaders
from gql_api.repositories import Lock, Repositories
from gql_api.session import Sessions
from gql_api.shapes.category import Category
from gql_api.unit_of_work import UnitOfWork
from tests.conftest import KILL_OTHERS, Raw, waiting_for_a_lock
from tests.factories import add_category, add_task, change_task


async def setting(repositories: Repositories, name: str) -> str:
    ((found,),) = await repositories.tasks._session.fetch("SELECT current_setting($1)", [name])
    return str(found)


def busy(engine: AsyncEngine) -> int:
    """How many connections are out of the pool."""
    return int(engine.pool.checkedout())  # type: ignore[attr-defined]


async def test_nothing_is_connected_before_it_is_needed(engine: AsyncEngine, sessions: Sessions) -> None:
    work = UnitOfWork(sessions)
    assert busy(engine) == 0
    async with work.read():
        assert busy(engine) == 1
    await work.close()
    assert busy(engine) == 0


async def test_reads_see_one_read_only_snapshot(sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 0
        assert await setting(repositories, "transaction_isolation") == "repeatable read"
        assert await setting(repositories, "transaction_read_only") == "on"
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 0
    await work.close()


async def test_a_write_is_read_committed_and_commits_at_its_end(sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    async with work.write() as repositories:
        assert await setting(repositories, "transaction_isolation") == "read committed"
        assert await setting(repositories, "transaction_read_only") == "off"
        await add_task(repositories)
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 1
    await work.close()


async def test_a_dry_run_is_rolled_back_and_a_write_around_it_is_not(sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    for keep, there in ((False, 0), (True, 1), (False, 1), (True, 2)):
        async with work.write(keep=keep) as repositories:
            assert not work.committed
            await add_task(repositories)
            assert await repositories.tasks.count(None) == there + (not keep)
        assert work.committed is keep
        assert await raw.fetchval("SELECT count(*) FROM tasks") == there
        async with work.read() as repositories:
            assert await repositories.tasks.count(None) == there
    await work.close()


async def test_a_connection_forgets_what_the_transaction_before_it_was(database: str) -> None:
    engine = db.create_engine(database, pool_size=1)
    sessions = db.create_sessions(engine)
    first, second = UnitOfWork(sessions), UnitOfWork(sessions)
    async with first.read():
        pass
    await first.close()
    async with second.write() as repositories:
        await add_task(repositories)
        assert await setting(repositories, "transaction_isolation") == "read committed"
    await second.close()
    await engine.dispose()


@pytest.mark.parametrize("error", [NotFoundError("Task", "id", id=1), RuntimeError("boom"), asyncio.CancelledError()])
async def test_whatever_is_raised_rolls_the_write_back(sessions: Sessions, raw: Raw, error: BaseException) -> None:
    work = UnitOfWork(sessions)

    async def fail() -> None:
        async with work.write() as repositories:
            await add_task(repositories)
            raise error

    with pytest.raises(type(error)):
        await fail()
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
    async with work.write() as repositories:
        await add_task(repositories)
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 1
    await work.close()


async def test_a_read_after_a_write_sees_what_was_written_and_what_others_wrote(sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 0
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
    async with work.write() as repositories:
        await add_task(repositories)
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 2
        assert await setting(repositories, "transaction_read_only") == "on"
    await work.close()


async def test_siblings_take_turns_on_one_connection(engine: AsyncEngine, sessions: Sessions) -> None:
    work = UnitOfWork(sessions)
    inside = 0

    async def read() -> int:
        nonlocal inside
        async with work.read() as repositories:
            inside += 1
            assert inside == 1
            found = await repositories.tasks.count(None)
            assert busy(engine) == 1
            inside -= 1
            return found

    assert await asyncio.gather(*(read() for _ in range(20))) == [0] * 20
    await work.close()


async def test_after_a_failed_statement_the_snapshot_is_lost_and_the_connection_is_not(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    work = UnitOfWork(sessions)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with work.read() as repositories:
            await repositories.tasks._session.fetch("SELECT 1/0")
    with pytest.raises(UnavailableError):
        async with work.read():
            pass
    assert busy(engine) == 0
    async with work.write() as repositories:
        await add_task(repositories)
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 1
    await work.close()


async def test_a_cancelled_read_gives_the_connection_back(engine: AsyncEngine, sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")

    async def count() -> int:
        async with work.read() as repositories:
            return await repositories.tasks.count(None)

    task = asyncio.create_task(count())
    await waiting_for_a_lock(raw, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await work.close()
    assert busy(engine) == 0
    await transaction.rollback()
    fresh = UnitOfWork(sessions)
    async with fresh.read() as repositories:
        assert await repositories.tasks.count(None) == 0
    await fresh.close()


async def test_what_comes_after_the_end_is_refused(sessions: Sessions) -> None:
    work = UnitOfWork(sessions)
    await work.close()
    with pytest.raises(RuntimeError, match="over"):
        async with work.read():
            pass
    with pytest.raises(RuntimeError, match="over"):
        async with work.write():
            pass


async def test_a_loader_is_not_awaited_inside_a_block(sessions: Sessions) -> None:
    work = UnitOfWork(sessions)
    loaders = Loaders(work)
    async with work.read():
        with pytest.raises(RuntimeError, match="never answer"):
            await loaders.task_by_id.load(1)
        with pytest.raises(RuntimeError, match="never answer"):
            async with work.read():
                pass
    assert await loaders.task_by_id.load(1) is None
    await work.close()


async def test_a_database_out_of_reach_is_unavailable() -> None:
    engine = db.create_engine("postgresql://nobody@127.0.0.1:1/nothing")
    work = UnitOfWork(db.create_sessions(engine))
    with pytest.raises(UnavailableError):
        async with work.read():
            pass
    with pytest.raises(UnavailableError):
        async with work.write():
            pass
    await work.close()
    await engine.dispose()


async def test_an_empty_pool_is_unavailable(database: str) -> None:
    engine = db.create_engine(database, pool_size=1, pool_timeout=0.05)
    sessions = db.create_sessions(engine)
    holder, other = UnitOfWork(sessions), UnitOfWork(sessions)
    async with holder.read():
        pass
    with pytest.raises(UnavailableError):
        async with other.read():
            pass
    await other.close()
    await holder.close()
    await engine.dispose()


async def test_a_lock_gives_the_latest_row_and_keeps_others_out(sessions: Sessions) -> None:
    """Under READ COMMITTED the loser of a race reads the winner's row, and no serialization error."""
    setup = UnitOfWork(sessions)
    async with setup.write() as repositories:
        task = await add_task(repositories)
    await setup.close()
    versions = []

    async def update(number: int) -> None:
        work = UnitOfWork(sessions)
        async with work.write() as repositories:
            current = await repositories.tasks.get(task.id, Lock.CHANGE)
            assert current is not None
            versions.append((await change_task(repositories, current, {"title": f"Title {number}"})).version)
        await work.close()

    await asyncio.gather(*(update(number) for number in range(20)))
    assert sorted(versions) == list(range(2, 22))


async def test_the_row_of_a_taken_name_may_vanish_meanwhile(sessions: Sessions, raw: Raw) -> None:
    """The name is taken by a transaction that has not ended; when it rolls back, the name is ours."""
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('Home', 'home')")
    work = UnitOfWork(sessions)

    async def create() -> str:
        async with work.write() as repositories:
            return (await add_category(repositories, "HOME")).name

    task = asyncio.create_task(create())
    await waiting_for_a_lock(raw, 1)
    await transaction.rollback()
    assert await task == "HOME"
    await work.close()


async def test_each_operation_has_a_context_of_its_own(sessions: Sessions) -> None:
    connection = Connection(sessions, "r")
    first, second = Context.open(connection), Context.open(connection)
    assert first.work is not second.work
    assert first.loaders is not second.loaders
    assert first.now <= second.now
    await first.work.close()
    await second.work.close()


@pytest.mark.parametrize("error", [NotFoundError("Task", "id", id=1), ValueError("a mistake of ours")])
async def test_what_is_no_failure_of_the_database_keeps_the_snapshot(
    sessions: Sessions, raw: Raw, error: Exception
) -> None:
    work = UnitOfWork(sessions)

    async def fail() -> None:
        async with work.read() as repositories:
            assert await repositories.tasks.count(None) == 0
            raise error

    with pytest.raises(type(error)):
        await fail()
    await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
    async with work.read() as repositories:
        assert await repositories.tasks.count(None) == 0
    await work.close()


async def test_a_failed_write_has_ended_when_what_it_answers_is_read(engine: AsyncEngine, sessions: Sessions) -> None:
    work = UnitOfWork(sessions)

    async def fail() -> None:
        async with work.write() as repositories:
            await add_task(repositories)
            raise NotFoundError("Task", "id", id=1)

    with pytest.raises(NotFoundError):
        await fail()
    assert busy(engine) == 0
    async with work.read() as repositories:
        assert await setting(repositories, "transaction_read_only") == "on"
        assert await setting(repositories, "transaction_isolation") == "repeatable read"
        assert await repositories.tasks.count(None) == 0
    await work.close()


async def test_a_dead_snapshot_does_not_fail_the_write_after_it(
    engine: AsyncEngine, sessions: Sessions, raw: Raw
) -> None:
    work = UnitOfWork(sessions)
    async with work.read() as repositories:
        await repositories.tasks.count(None)
    await raw.execute(KILL_OTHERS)
    async with work.write() as repositories:
        await add_task(repositories)
    await raw.execute(KILL_OTHERS)
    await work.close()
    assert busy(engine) == 0
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 1


OPEN = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND state <> 'idle'"""
"""How many other connections are in a statement or a transaction."""


async def nothing_runs(raw: Raw) -> None:
    while await raw.fetchval(OPEN):
        await asyncio.sleep(0.01)
        await raw.execute("SELECT pg_stat_clear_snapshot()")


async def something_runs(raw: Raw, words: str) -> None:
    running = f"{OPEN} AND state = 'active' AND query LIKE '%{words}%'"
    while not await raw.fetchval(running):
        await asyncio.sleep(0.01)
        await raw.execute("SELECT pg_stat_clear_snapshot()")


async def sleep_on_the_server(work: UnitOfWork) -> None:
    async with work.read() as repositories:
        await repositories.tasks._session.fetch("SELECT pg_sleep(100)")


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_what_is_cancelled_is_cancelled_on_the_server(
    engine: AsyncEngine, sessions: Sessions, raw: Raw, times: int
) -> None:
    """However often: the second cancellation must not cut short what the first one has begun."""
    work = UnitOfWork(sessions)
    task = asyncio.create_task(sleep_on_the_server(work))
    await something_runs(raw, "pg_sleep")
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    await work.close()
    assert busy(engine) == 0
    await asyncio.wait_for(nothing_runs(raw), 60)


async def test_close_cancels_what_a_loader_still_waits_for(engine: AsyncEngine, sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    loaders = Loaders(work)
    async with raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        wanted = asyncio.ensure_future(loaders.task_by_id.load(1))
        await waiting_for_a_lock(raw, 1)
        wanted.cancel()  # the batch runs on: others may wait for it
        await asyncio.wait_for(work.close(), 60)
        assert busy(engine) == 0
        await asyncio.wait_for(nothing_runs(raw), 60)


async def test_close_cancels_who_waits_for_a_connection(database: str) -> None:
    engine = db.create_engine(database, pool_size=1, pool_timeout=100)
    sessions = db.create_sessions(engine)
    holder, other = UnitOfWork(sessions), UnitOfWork(sessions)
    async with holder.read():
        waiting = asyncio.ensure_future(Loaders(other).task_by_id.load(1))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait_for(other.close(), 60)
    await holder.close()
    assert busy(engine) == 0
    await engine.dispose()


async def test_cancelled_while_a_connection_is_handed_over_it_is_not_lost(database: str) -> None:
    engine = db.create_engine(database, pool_size=1)
    sessions = db.create_sessions(engine)
    for at in range(1, 12):
        holder, other = UnitOfWork(sessions), UnitOfWork(sessions)

        async def wait(other: UnitOfWork = other) -> None:
            async with other.read() as repositories:
                await repositories.tasks.count(None)

        async def run(other: UnitOfWork = other, at: int = at) -> None:
            try:
                await CancelledAt(wait(other), at, 1)
            finally:
                await other.close()

        async with holder.read() as repositories:
            await repositories.tasks.count(None)
        waiting = asyncio.create_task(run())
        await asyncio.sleep(0)
        await holder.close()
        await asyncio.gather(waiting, return_exceptions=True)
        assert busy(engine) == 0, at
        await asyncio.wait_for(wait(fresh := UnitOfWork(sessions)), 60)
        await fresh.close()
    await engine.dispose()


@pytest.mark.parametrize("lost", [False, True])
async def test_cancelled_when_a_connection_was_handed_over_the_next_one_has_it(database: str, *, lost: bool) -> None:
    """Or the right to a new one, where the other was thrown away."""
    engine = db.create_engine(database, pool_size=1)
    sessions = db.create_sessions(engine)

    async def count(work: UnitOfWork) -> int:
        async with work.read() as repositories:
            return await repositories.tasks.count(None)

    holder, given_up, next_one = (UnitOfWork(sessions) for _ in range(3))
    await count(holder)
    first, second = (asyncio.create_task(count(work)) for work in (given_up, next_one))
    await asyncio.sleep(0)
    if lost:
        holder._session.cut()
    await holder.close()
    first.cancel()  # before it can know
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await asyncio.wait_for(second, 60) == 0
    for work in (given_up, next_one):
        await work.close()
    assert busy(engine) == 0
    await engine.dispose()


async def slow_commits(raw: Raw, seconds: float) -> None:
    """Let each commit that adds a task take so long, or fail when that is negative."""
    await raw.execute(f"""
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
                IF {seconds} < 0 THEN RAISE 'in the way' USING ERRCODE = 'serialization_failure'; END IF;
                PERFORM pg_sleep({seconds}); RETURN NULL;
            END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION slow()""")


async def write(work: UnitOfWork) -> None:
    async with work.write() as repositories:
        await add_task(repositories)


async def test_a_commit_that_was_sent_is_awaited_though_cancelled(
    engine: AsyncEngine, sessions: Sessions, raw: Raw
) -> None:
    await slow_commits(raw, 0.2)
    work = UnitOfWork(sessions)
    task = asyncio.create_task(write(work))
    await something_runs(raw, "COMMIT")
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.committed is True
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 1
    await work.close()
    assert busy(engine) == 0


async def test_a_commit_without_an_answer_is_in_doubt(
    engine: AsyncEngine, sessions: Sessions, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "ENDING", 0.1)
    await slow_commits(raw, 100)
    given_up, killed = UnitOfWork(sessions), UnitOfWork(sessions)
    task = asyncio.create_task(write(given_up))
    await something_runs(raw, "COMMIT")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)
    assert given_up.committed is None
    await raw.execute(KILL_OTHERS)  # it is cut, but not cancelled
    await nothing_runs(raw)
    task = asyncio.create_task(write(killed))
    await something_runs(raw, "COMMIT")
    await raw.execute(KILL_OTHERS)
    with pytest.raises(UnavailableError) as caught:
        await task
    assert caught.value.in_doubt
    assert not caught.value.retryable
    assert killed.committed is None
    for work in (given_up, killed):
        await work.close()
    assert busy(engine) == 0


async def test_a_commit_that_the_server_refuses_is_not_in_doubt(sessions: Sessions, raw: Raw) -> None:
    await slow_commits(raw, -1)
    work = UnitOfWork(sessions)
    with pytest.raises(UnavailableError) as caught:
        await write(work)
    assert caught.value.retryable
    assert not caught.value.in_doubt
    assert work.committed is False
    await work.close()


async def test_a_connection_that_is_lost_before_the_commit_leaves_no_doubt(
    engine: AsyncEngine, sessions: Sessions, raw: Raw
) -> None:
    """And one more time is enough: all connections of that time are thrown away."""
    works = [UnitOfWork(sessions) for _ in range(5)]
    await asyncio.gather(*(write(work) for work in works))
    await raw.execute(KILL_OTHERS)
    with pytest.raises(UnavailableError) as caught:
        await write(works[0])
    assert caught.value.retryable
    assert works[0].committed is False
    await asyncio.gather(*(write(work) for work in works))
    for work in works:
        await work.close()
    assert busy(engine) == 0
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 10


async def test_a_connection_that_is_lost_when_it_is_to_be_committed_is_unavailable(
    engine: AsyncEngine, sessions: Sessions, raw: Raw
) -> None:
    """Whatever the driver makes of it, whose words depend on what it has read by then."""
    for waits in (False, True) * 3:
        work = UnitOfWork(sessions)

        async def write(work: UnitOfWork = work, *, waits: bool = waits) -> None:
            async with work.write() as repositories:
                await add_task(repositories)
                await raw.execute(KILL_OTHERS)
                if waits:
                    await nothing_runs(raw)

        with pytest.raises(UnavailableError):
            await write()
        assert not work.committed
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
        await work.close()
    assert busy(engine) == 0


async def test_who_comes_after_a_failed_read_is_told_the_same(sessions: Sessions, raw: Raw) -> None:
    work = UnitOfWork(sessions)
    async with work.read() as repositories:
        await repositories.tasks.count(None)
    await raw.execute(KILL_OTHERS)
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            async with work.read() as repositories:
                await repositories.tasks.count(None)
        assert caught.value.retryable
    await work.close()


class CancelledAt:
    """Runs a coroutine and cancels its task at the n-th time that it gives way, and at the next times too."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], at: int, times: int) -> None:
        self._coroutine = coroutine
        self._at = range(at, at + times)

    def __await__(self) -> Generator[Any, Any, None]:
        steps = 0
        inner = self._coroutine.__await__()
        result: Any = None
        while True:
            try:
                waited = inner.send(result) if not isinstance(result, BaseException) else inner.throw(result)
            except StopIteration:
                return
            steps += 1
            task = asyncio.current_task()
            if steps in self._at and task is not None:
                asyncio.get_running_loop().call_soon(task.cancel)
            try:
                result = yield waited
            except BaseException as error:  # noqa: BLE001 - handed on as it is
                result = error


@pytest.mark.parametrize("times", [1, 3])
async def test_cancelled_anywhere_nothing_is_half_written_and_no_connection_lost(
    database: str, raw: Raw, times: int
) -> None:
    engine = db.create_engine(database, pool_size=2)
    sessions = db.create_sessions(engine)
    finished = pairs = 0
    forgotten: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: forgotten.append(what))
    tasks = asyncio.all_tasks()
    for at in range(1, 60):
        work = UnitOfWork(sessions)

        async def operation(work: UnitOfWork = work) -> None:
            async with work.read() as repositories:
                await repositories.tasks.count(None)
            async with work.write() as repositories:
                await add_task(repositories, "one")
                await add_task(repositories, "two")
            async with work.read() as repositories:
                await repositories.tasks.count(None)

        async def run(work: UnitOfWork = work, at: int = at) -> None:
            try:
                await CancelledAt(operation(work), at, times)
            finally:
                await work.close()

        try:
            await asyncio.create_task(run())
            finished += 1
        except (asyncio.CancelledError, UnavailableError):
            pass
        assert busy(engine) == 0, at
        pairs += bool(work.committed)
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 2 * pairs, at
        await asyncio.wait_for(nothing_runs(raw), 60)
        if finished > 3:
            break
    assert finished > 3  # the last ones were cancelled after their end
    gc.collect()
    while asyncio.all_tasks() - tasks:  # noqa: ASYNC110 - what is cancelled on the server is cancelled by a task of its own
        await asyncio.sleep(0.01)
    assert not forgotten
    asyncio.get_running_loop().set_exception_handler(None)
    fresh = UnitOfWork(sessions)
    async with fresh.read() as repositories:
        await repositories.tasks.count(None)
    await fresh.close()
    await engine.dispose()


async def test_a_cancelled_end_is_brought_to_its_end(engine: AsyncEngine, sessions: Sessions) -> None:
    """Cancelled while it waits for a sibling's turn to be over, close still gives the connection back afterwards."""
    work = UnitOfWork(sessions)
    inside, leave = asyncio.Event(), asyncio.Event()

    async def stay() -> None:
        async with work.read() as repositories:
            await repositories.tasks.count(None)
            inside.set()
            try:
                await asyncio.Event().wait()
            finally:
                await leave.wait()

    sibling = asyncio.create_task(stay())
    await inside.wait()
    closing = asyncio.create_task(work.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.sleep(0)
    leave.set()
    with pytest.raises(asyncio.CancelledError):
        await closing
    with pytest.raises(asyncio.CancelledError):
        await sibling
    assert busy(engine) == 0


async def test_a_name_that_is_freed_between_the_conflict_and_the_look_is_taken(sessions: Sessions, raw: Raw) -> None:
    """The row that has the name is deleted while we wait for it to be looked at, so the write is tried again."""
    await raw.execute("INSERT INTO categories (name, name_key) VALUES ('Home', 'home')")
    work = UnitOfWork(sessions)
    async with work.write() as repositories:
        look = repositories.categories.by_names

        async def look_too_late(names: Collection[str], lock: Lock | None = None) -> dict[str, Category]:
            await raw.execute("DELETE FROM categories")
            return await look(names, lock)

        repositories.categories.by_names = look_too_late  # type: ignore[method-assign]
        assert (await add_category(repositories, "HOME")).name == "HOME"
    await work.close()
    assert await raw.fetchval("SELECT name FROM categories") == "HOME"
