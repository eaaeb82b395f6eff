"""How many operations run at the same time: others wait for their turn, and more than can wait are refused at once."""

import asyncio

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.report import Reports


class Admission:
    """One for each process. First come, first served."""

    def __init__(self, at_most: int, waiting: int, reports: Reports) -> None:
        self._turns = asyncio.Semaphore(at_most)
        self._most_waiting = waiting
        self._waiting = 0
        self._reports = reports

    async def enter(self, until: float) -> None:
        """Wait for a turn, and have it until `leave`. Raises RequestError when too many wait already, or none comes
        `until` then, by the event loop's clock.
        """
        if self._turns.locked():
            if self._waiting >= self._most_waiting:
                raise _overloaded()
            self._wait(1)
            try:
                async with asyncio.timeout_at(until):
                    await self._turns.acquire()
            except TimeoutError:
                raise _overloaded() from None
            finally:
                self._wait(-1)
        else:
            await self._turns.acquire()
        self._reports.change("running", 1)

    def leave(self) -> None:
        self._reports.change("running", -1)
        self._turns.release()

    def _wait(self, by: int) -> None:
        self._waiting += by
        self._reports.change("waiting", by)


def _overloaded() -> RequestError:
    return RequestError(RequestErrorCode.OVERLOADED, "The server has more to do than it can. Try again in a moment.")
