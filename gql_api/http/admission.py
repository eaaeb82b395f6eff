"""How many operations run at the same time: others wait for their turn, and more than can wait are refused at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gql_api.errors import RequestError, RequestErrorCode


class Admission:
    """One for each process. First come, first served."""

    def __init__(self, at_most: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_most)
        self._most_waiting = waiting
        self.running = 0
        self.waiting = 0

    @asynccontextmanager
    async def turn(self, until: float) -> AsyncIterator[None]:
        """Wait for a turn, and have it. Raises RequestError when too many wait already, or none comes `until` then, by
        the event loop's clock.
        """
        if self._turns.locked():
            if self.waiting >= self._most_waiting:
                raise _overloaded()
            self.waiting += 1
            try:
                async with asyncio.timeout_at(until):
                    await self._turns.acquire()
            except TimeoutError:
                raise _overloaded() from None
            finally:
                self.waiting -= 1
        else:
            await self._turns.acquire()
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._turns.release()


def _overloaded() -> RequestError:
    return RequestError(RequestErrorCode.OVERLOADED, "The server has more to do than it can. Try again in a moment.")
