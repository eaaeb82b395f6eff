"""One session, one lock, one transaction at a time: the only place where transactions begin and end.

GraphQL resolves sibling fields concurrently and a session must not be used so; here they take turns. A query's reads
see one read-only snapshot. Each `write` is a transaction of its own, committed when its block ends without an
exception and rolled back otherwise, as a dry run always is; what is read after it sees a fresh snapshot. Nothing is
connected before it is needed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from gql_api import failures
from gql_api.db import Sessions
from gql_api.driver import ENDING, Connection
from gql_api.errors import UnavailableError
from gql_api.repositories import Repositories

logger = logging.getLogger(__name__)

SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITE = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}


class UnitOfWork:
    """The guard of one operation's session."""

    def __init__(self, sessions: Sessions, now: datetime | None = None) -> None:
        """Make it for an operation that takes this moment for the present; the real one without it."""
        self._session: AsyncSession = sessions()
        self._repositories = Repositories(self._session, now or datetime.now(UTC))
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._closed = False
        self._failure: BaseException | None = None
        self._when_written: list[Callable[[], object]] = []
        self._driver: Connection | None = None
        self.committed: bool | None = False
        """Whether the last write was kept; None when that is in doubt: its commit was sent, and no answer has come."""

    def when_written(self, forget: Callable[[], object]) -> None:
        """Call `forget` at the end of each write: what was remembered from before may no longer be true."""
        self._when_written.append(forget)

    def check_not_held(self) -> None:
        """Raise RuntimeError inside a `read` or `write` block of the same task: to wait there for a loader, whose batch
        runs in a task of its own and needs the lock too, would be to wait forever.
        """
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("A loader must not be awaited inside a unit of work's block: it would never answer")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Repositories]:
        """Read from the operation's snapshot, which begins with the first read after the start or after a write.

        Raises UnavailableError when the database cannot be reached, or the snapshot was lost to an earlier failure.
        """
        async with self._turn():
            if self._failure is not None:
                raise (failures.unavailable(self._failure) or UnavailableError()) from self._failure
            try:
                if not self._session.in_transaction():
                    await self._begin(SNAPSHOT)
                yield self._repositories
            except BaseException as error:
                # After a failed or cancelled statement nothing more can be read in this transaction, and to go on in
                # another would mix two states of the data in one answer.
                if _ends_the_snapshot(error):
                    self._failure = error
                    await self._end()
                raise

    @asynccontextmanager
    async def write(self, *, keep: bool = True) -> AsyncIterator[Repositories]:
        """Write in one transaction: committed when the block ends, rolled back when it raises, or is not to be kept.

        Raises UnavailableError when the database cannot be reached, which is `in_doubt` when that happened during the
        commit itself: the change may have been made or not. A commit that was sent is not cancelled.
        """
        self.committed = False
        async with self._turn():
            await self._end()
            self._failure = None
            try:
                await self._begin(WRITE)
                yield self._repositories
                if keep:
                    await self._to_the_end(self._commit(), at_once=False)
            finally:
                try:
                    await self._end()
                finally:
                    for forget in self._when_written:
                        forget()

    async def close(self) -> None:
        """End what is still open and give the connection back. Reads and writes that come later are refused.

        What another task is doing here is cancelled: a loader's batch that nobody waits for any more.
        """
        self._closed = True
        if self._holder is not None and not self._holder.cancelling():  # a second time would cut short the first
            self._holder.cancel()
        await self._to_the_end(self._end_in_turn())

    async def _begin(self, options: Mapping[str, Any]) -> None:
        connection = await self._session.connection(execution_options=options)
        driver = (await connection.get_raw_connection()).driver_connection
        self._driver = driver if isinstance(driver, Connection) else None

    async def _commit(self) -> None:
        """Commit, and remember what became of it, whoever still waits for that."""
        self.committed = None
        try:
            await self._session.commit()
        except Exception as error:
            if failures.not_sent(error) or failures.refused(error):
                self.committed = False
                raise
            raise UnavailableError(in_doubt=True) from error
        self.committed = True

    async def _end_in_turn(self) -> None:
        async with self._lock:
            await self._close_session()

    async def _end(self) -> None:
        """Roll back what is not committed and give the connection back; this fails only when it is cancelled."""
        await self._to_the_end(self._close_session())

    async def _close_session(self) -> None:
        try:
            await self._session.close()
        except Exception:
            logger.warning("A connection could not be ended in good order, and is thrown away", exc_info=True)
            await self._session.invalidate()
        finally:
            self._driver = None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self.check_not_held()
        async with self._lock:
            if self._closed:
                raise RuntimeError("The operation is over")
            self._holder = asyncio.current_task()
            try:
                yield
            except Exception as error:
                if (meant := failures.unavailable(error)) is not None:
                    raise meant from error
                raise
            finally:
                self._holder = None

    async def _to_the_end(self, work: Coroutine[Any, Any, None], *, at_once: bool = True) -> None:
        """Await `work` to its end, however often this task is cancelled: a connection must go back in one piece.

        After ENDING seconds, counted from the first cancellation when it need not be `at_once`, the connection is cut:
        then nothing is left to be waited for.
        """
        task = asyncio.ensure_future(work)
        cancelled: asyncio.CancelledError | None = None
        cutting = self._cut_later() if at_once else None
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
                cutting = cutting or self._cut_later()
        if cutting is not None:
            cutting.cancel()
        failure = None if task.cancelled() else task.exception()
        if cancelled is not None:
            raise cancelled
        if failure is not None:
            raise failure

    def _cut_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(ENDING, self._cut)

    def _cut(self) -> None:
        if self._driver is not None:
            logger.warning("A connection that does not answer is cut")
            self._driver.terminate()


def _ends_the_snapshot(error: BaseException) -> bool:
    """Whether the database, or somebody who gave up, ended the transaction: not so a mistake beside it."""
    by_the_database = isinstance(error, DBAPIError) or failures.unavailable(error) is not None
    return by_the_database or not isinstance(error, Exception)
