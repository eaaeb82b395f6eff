"""One session, one lock, one transaction at a time: the only place where transactions begin and end.

GraphQL resolves sibling fields concurrently and a session must not be used so; here they take turns. A query's reads
see one read-only snapshot. Each `write` is a transaction of its own, committed when its block ends without an
exception and rolled back otherwise, as a dry run always is; what is read after it sees a fresh snapshot. Nothing is
connected before it is needed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from gql_api import failures
from gql_api.driver import ENDING
from gql_api.errors import UnavailableError
from gql_api.repositories import Repositories, TellCategories
from gql_api.session import Sessions

GivenT = TypeVar("GivenT")
ResultT = TypeVar("ResultT")

End: TypeAlias = Callable[[BaseException | None], Coroutine[Any, Any, None]]

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"


class UnitOfWork:
    """The guard of one operation's session."""

    def __init__(self, sessions: Sessions, now: datetime | None = None) -> None:
        """Make it for an operation that takes this moment for the present; the real one without it."""
        self._session = sessions()
        self._repositories = Repositories(self._session, now or datetime.now(UTC))
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._closed = False
        self._failure: BaseException | None = None
        self._when_written: list[Callable[[], object]] = []
        self.single_statement = False
        """Whether whoever reads next is known to send one statement and no other: then no transaction surrounds it."""
        self._only_task: asyncio.Task[Any] | None = None
        self.committed: bool | None = False
        """Whether the last write was kept; None when that is in doubt: its commit was sent, and no answer has come."""

    def when_written(self, forget: Callable[[], object]) -> None:
        """Call `forget` at each write: at its beginning, since what was remembered from before may no longer be true,
        and at its end if it is not kept, since then what it has seen was never true.
        """
        self._when_written.append(forget)

    def check_not_held(self) -> None:
        """Raise RuntimeError inside a `read` or `write` block of the same task: to wait there for a loader, whose batch
        runs in a task of its own and needs the lock too, would be to wait forever.
        """
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("A loader must not be awaited inside a unit of work's block: it would never answer")

    def read(self) -> AbstractAsyncContextManager[Repositories]:
        """Read from the operation's snapshot, which begins with the first read after the start or after a write.

        Raises UnavailableError when the database cannot be reached, or the snapshot was lost to an earlier failure.
        """
        return _Block(self._begin_read, self._end_read)

    def answer_only(self, of_tasks: frozenset[str] | None, of_categories: frozenset[str] | None) -> None:
        """Read no more than these fields of tasks, and of the categories that are read along with tasks, for answers;
        None for all of them.
        """
        self._repositories.tasks.look_at(of_tasks)
        self._repositories.tasks.category_fields = of_categories

    def bring_categories_along(self, tell: TellCategories | None) -> None:
        """Let reads of tasks by id and of lists of all read their categories, too; lists of categories tell theirs."""
        self._repositories.tasks.tell_categories = tell
        self._repositories.categories.tell_categories = tell

    def waits_alone(self, alone: bool, /) -> None:
        """Say whether the current task, which is about to wait, is the only one that works for the operation."""
        self._only_task = asyncio.current_task() if alone else None

    @property
    def in_only_task(self) -> bool:
        """Whether no other task works for the operation than the current one: a batch then needs none of its own."""
        return self._only_task is not None and asyncio.current_task() is self._only_task

    @asynccontextmanager
    async def write(self, *, keep: bool = True) -> AsyncIterator[Repositories]:
        """Write in one transaction: committed when the block ends, rolled back when it raises, or is not to be kept.

        Raises UnavailableError when the database cannot be reached, which is `in_doubt` when that happened during the
        commit itself: the change may have been made or not. A commit that was sent is not cancelled.
        """
        async with _Block(self._begin_write, self._end_write):
            await self._session.begin(WRITE)
            yield self._repositories
            if keep:
                await self._to_the_end(self._decided(self._session.commit()))

    async def write_alone(self, statement: Callable[[Repositories], Awaitable[ResultT]]) -> ResultT:
        """Write with the only statement that this sends: it is a transaction by itself, and so needs one round trip.

        It is its commit, too: raises as `write` does there. When this is cancelled the server is asked to end the
        statement, and it is waited for what has become of it.
        """
        async with _Block(self._begin_write, self._end_write):
            await self._session.begin(WRITE, alone=True, writes=True)
            return await self._to_the_end(self._kept(statement), self._session.stop)

    async def close(self) -> None:
        """End what is still open and give the connection back. Reads and writes that come later are refused.

        What another task is doing here is cancelled: a loader's batch that nobody waits for any more. What was read is
        let go of.
        """
        self._closed = True
        self._let_go()
        if self._holder is not None and not self._holder.cancelling():  # a second time would cut short the first
            self._holder.cancel()
        if self._lock.locked():
            await self._to_the_end(self._end_in_turn())
        else:
            await self._end()

    def _let_go(self) -> None:
        """Part from the loaders, which know this: all of it would wait for the garbage collector otherwise, which then
        takes more time than a request here and there may.
        """
        self._forget()
        self._when_written = []
        self.bring_categories_along(None)

    def _forget(self) -> None:
        for forget in self._when_written:
            forget()

    async def _kept(self, statement: Callable[[Repositories], Awaitable[ResultT]]) -> ResultT:
        """Run what sends a single statement, and commit it where it is not a transaction by itself."""
        if self._session.is_alone:
            return await self._decided(statement(self._repositories))
        found = await statement(self._repositories)
        await self._decided(self._session.commit())
        return found

    async def _decided(self, deciding: Awaitable[ResultT]) -> ResultT:
        """Await what commits, and remember what became of it, whoever still waits for that."""
        self.committed = None
        try:
            found = await deciding
        except Exception as error:
            self.committed = self._session.kept
            if self.committed is None:
                raise UnavailableError(in_doubt=True) from error
            raise
        self.committed = True
        return found

    async def _end_in_turn(self) -> None:
        async with self._lock:
            await self._end()

    async def _end(self) -> None:
        """Roll back what is not committed and give the connection back, within ENDING seconds."""
        if self._session.ends_at_once:
            await self._session.close()
        else:
            cutting = self._cut_later()
            try:
                await self._session.close()
            finally:
                cutting.cancel()

    async def _begin_read(self) -> Repositories:
        await self._begin_turn()
        try:
            self._check_snapshot()
            if not self._session.is_open:
                await self._session.begin(SNAPSHOT, alone=self.single_statement)
        except BaseException as error:
            await self._end_read(error)
            raise
        return self._repositories

    def _check_snapshot(self) -> None:
        if self._failure is not None:
            raise (failures.unavailable(self._failure) or UnavailableError()) from self._failure

    async def _end_read(self, error: BaseException | None) -> None:
        try:
            # After a failed or cancelled statement nothing more can be read in this transaction, and to go on in
            # another would mix two states of the data in one answer.
            if error is not None and _ends_the_snapshot(error):
                self._failure = error
                await self._end()
        except BaseException as worse:
            self._end_turn(worse)
            raise
        self._end_turn(error)

    async def _begin_write(self) -> None:
        """Take the turn for a write, and end all transactions before it."""
        self.committed = False
        await self._begin_turn()
        try:
            await self._end()
        except BaseException as error:
            self._end_turn(error)
            raise
        self._failure = None
        self._forget()

    async def _end_write(self, error: BaseException | None) -> None:
        try:
            await self._end()
        except BaseException as worse:
            error = worse
            raise
        finally:
            if not self.committed:
                self._forget()
            self._end_turn(error)

    async def _begin_turn(self) -> None:
        self.check_not_held()
        await self._lock.acquire()
        if self._closed:
            self._lock.release()
            raise RuntimeError("The operation is over")
        self._holder = asyncio.current_task()

    def _end_turn(self, error: BaseException | None) -> None:
        """Let others have the session. Raises a failure of the database as what it means."""
        self._holder = None
        self._lock.release()
        if isinstance(error, Exception) and (meant := failures.unavailable(error)) is not None:
            raise meant from error

    async def _to_the_end(self, work: Coroutine[Any, Any, ResultT], stop: Callable[[], None] = lambda: None) -> ResultT:
        """Await `work` to its end, however often this task is cancelled: then it is told to `stop`, and awaited for
        ENDING seconds more, until the connection is cut and nothing is left to be waited for.
        """
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.done():
                raise
            cancelled = error
        stop()
        cutting = self._cut_later()
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        cutting.cancel()
        if not task.cancelled():
            task.exception()  # it is known, and nobody waits for it any more
        raise cancelled

    def _cut_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(ENDING, self._session.cut)


class _Block(Generic[GivenT]):
    """A block that is begun and ended so. One of a generator takes several times as long, and requests enter many."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, GivenT]], end: End) -> None:
        self._begin = begin
        self._end = end

    def __aenter__(self) -> Coroutine[Any, Any, GivenT]:
        return self._begin()

    def __aexit__(self, _kind: object, error: BaseException | None, _traceback: object) -> Coroutine[Any, Any, None]:
        return self._end(error)


def _ends_the_snapshot(error: BaseException) -> bool:
    """Whether the database, or somebody who gave up, ended the transaction: not so a mistake beside it."""
    return failures.of_the_database(error) or not isinstance(error, Exception)
