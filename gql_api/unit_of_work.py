"""One session, one lock, one transaction at a time: the only place where transactions begin and end.

GraphQL resolves sibling fields concurrently and a session must not be used so; here they take turns. A query's reads
see one read-only snapshot. Each `write` is a transaction of its own, committed when its block ends without an
exception and rolled back otherwise; what is read after it sees a fresh snapshot. Nothing is connected before it is
needed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gql_api.db import Sessions, is_unavailable
from gql_api.errors import RequestError, UnavailableError, UserError
from gql_api.repositories import Repositories

SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITE = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}


class UnitOfWork:
    """The guard of one operation's session."""

    def __init__(self, sessions: Sessions) -> None:
        self._session: AsyncSession = sessions()
        self._repositories = Repositories(self._session)
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._closed = False
        self._failure: BaseException | None = None
        self._when_written: list[Callable[[], object]] = []

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
            except (UserError, RequestError):
                raise
            except BaseException as error:
                # After a failed or cancelled statement nothing more can be read in this transaction, and to go on in
                # another would mix two states of the data in one answer.
                self._failure = error
                await _to_the_end(self._session.close())
                raise

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Repositories]:
        """Write in one transaction: committed when the block ends, rolled back when it raises.

        Raises UnavailableError when the database cannot be reached. When that happens during the commit itself, the
        change may have been made or not.
        """
        async with self._turn():
            try:
                await self._session.close()
                self._failure = None
                await self._begin(WRITE)
                yield self._repositories
                await self._session.commit()
            finally:
                await _to_the_end(self._session.close())
                for forget in self._when_written:
                    forget()

    async def close(self) -> None:
        """End what is still open and give the connection back. Reads and writes that come later are refused."""
        self._closed = True
        await _to_the_end(self._close())

    async def _begin(self, options: Mapping[str, Any]) -> None:
        _ = await self._session.connection(execution_options=options)

    async def _close(self) -> None:
        async with self._lock:
            await self._session.close()

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
                if is_unavailable(error):
                    raise UnavailableError from error
                raise
            finally:
                self._holder = None


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work` even when this task is cancelled meanwhile: a connection must go back to its pool in one piece."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
