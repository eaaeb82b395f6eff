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

from gql_api.db import Sessions, is_unavailable, is_unreachable
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
        self.committed = False
        """Whether the last write was kept."""

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
                raise UnavailableError from self._failure
            try:
                if not self._session.in_transaction():
                    await self._begin(SNAPSHOT)
                yield self._repositories
            except BaseException as error:
                # After a failed or cancelled statement nothing more can be read in this transaction, and to go on in
                # another would mix two states of the data in one answer.
                if isinstance(error, DBAPIError | UnavailableError) or not isinstance(error, Exception):
                    self._failure = error
                    await self._end()
                raise

    @asynccontextmanager
    async def write(self, *, keep: bool = True) -> AsyncIterator[Repositories]:
        """Write in one transaction: committed when the block ends, rolled back when it raises, or is not to be kept.

        Raises UnavailableError when the database cannot be reached. When that happens during the commit itself, the
        change may have been made or not.
        """
        async with self._turn():
            await self._end()
            self._failure = None
            self.committed = False
            try:
                await self._begin(WRITE)
                yield self._repositories
                if keep:
                    await self._session.commit()
                    self.committed = True
            finally:
                try:
                    await self._end()
                finally:
                    for forget in self._when_written:
                        forget()

    async def close(self) -> None:
        """End what is still open and give the connection back. Reads and writes that come later are refused."""
        self._closed = True
        await _to_the_end(self._end_in_turn())

    async def _begin(self, options: Mapping[str, Any]) -> None:
        try:
            _ = await self._session.connection(execution_options=options)
        except Exception as error:
            if is_unreachable(error):
                raise UnavailableError from error
            raise

    async def _end_in_turn(self) -> None:
        async with self._lock:
            await self._close_session()

    async def _end(self) -> None:
        """Roll back what is not committed and give the connection back; this fails only when it is cancelled."""
        await _to_the_end(self._close_session())

    async def _close_session(self) -> None:
        try:
            await self._session.close()
        except Exception:
            logger.warning("A connection could not be ended in good order, and is thrown away", exc_info=True)
            await self._session.invalidate()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self.check_not_held()
        async with self._lock:
            if self._closed:
                raise RuntimeError("The operation is over")
            self._holder = asyncio.current_task()
            try:
                yield
            except DBAPIError as error:
                if is_unavailable(error):
                    raise UnavailableError from error
                raise
            finally:
                self._holder = None


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work` to its end, however often this task is cancelled: a connection must go back in one piece."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    failure = None if task.cancelled() else task.exception()
    if cancelled is not None:
        raise cancelled
    if failure is not None:
        raise failure
