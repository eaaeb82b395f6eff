"""The pool's connections, lent to who comes first.

The pool could do that alone, and would need a greenlet and a task for it each time. Who waits is handed the connection
of who is done with it: it goes through the pool only when nobody waits.
"""

import asyncio
from collections import deque
from typing import NamedTuple, cast

from sqlalchemy import PoolProxiedConnection, QueuePool
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api.driver import Connection


class Lent(NamedTuple):
    """A connection that is lent."""

    by_the_pool: PoolProxiedConnection
    driver: Connection


class Lending:
    """Lends a pool's connections: first come, first served."""

    def __init__(self, engine: AsyncEngine) -> None:
        assert isinstance(engine.pool, QueuePool)  # noqa: S101 - for the type checker: that is what engines here have
        self.engine = engine
        self._pool = engine.pool
        self._free = self._pool.size()
        """How many more may be taken from the pool."""
        self._waiting: deque[asyncio.Future[Lent | None]] = deque()
        self._losses = 0
        """How often connections were lost: those from before may be, too."""

    async def lend(self) -> Lent:
        """Raises TimeoutError when none is free for longer than the pool may be waited for."""
        if self._free:
            self._free -= 1
        elif (handed := await self._handed_over()) is not None:
            return handed
        try:
            taken = await self._taken()
        except BaseException:
            self._pass_on(None)
            raise
        lent = Lent(taken, cast(Connection, taken.driver_connection))
        lent.driver.losses_before = self._losses
        return lent

    def take_back(self, lent: Lent) -> None:
        """Take back a connection that is idle."""
        if lent.driver.losses_before == self._losses:
            self._pass_on(lent)
        else:  # the pool makes it anew before it lends it again
            lent.by_the_pool.close()
            self._pass_on(None)

    def throw_away(self, lent: Lent, *, lost: bool) -> None:
        """Take back a connection that has been cut; the others too when it was `lost`: what has ended it has most
        likely ended all of its time.
        """
        if lost:
            self._losses += 1
            self._pool._invalidate(lent.by_the_pool, _checkin=False)  # noqa: SLF001 - as SQLAlchemy itself does it
        lent.by_the_pool.invalidate()
        self._pass_on(None)

    async def _taken(self) -> PoolProxiedConnection:
        """Take one from the pool, which has one."""
        if self._pool.checkedin():
            try:
                return self._pool.connect()
            except MissingGreenlet:  # its connection was lost, and has to be made anew
                pass
        return await self.engine.raw_connection()

    async def _handed_over(self) -> Lent | None:
        """Wait for one that somebody gives back; None for the right to take one from the pool."""
        loop = asyncio.get_running_loop()
        handed: asyncio.Future[Lent | None] = loop.create_future()
        self._waiting.append(handed)
        timer = loop.call_later(self._pool.timeout(), _give_up, handed)
        try:
            return await handed
        except asyncio.CancelledError:
            if not handed.cancelled() and handed.exception() is None:  # it came in the same moment
                self._pass_on(handed.result())
            raise
        finally:
            timer.cancel()

    def _pass_on(self, lent: Lent | None) -> None:
        """Let who waits for longest have a connection, or the right to take one from the pool: it is free otherwise."""
        while self._waiting:
            handed = self._waiting.popleft()
            if not handed.done():  # who has given up is still there
                handed.set_result(lent)
                return
        if lent is not None:
            lent.by_the_pool.close()
        self._free += 1


def _give_up(handed: asyncio.Future[Lent | None]) -> None:
    if not handed.done():
        handed.set_exception(TimeoutError())
