"""The time that an operation has, of which waiting for its turn is a part."""

import asyncio
from types import TracebackType


class LateError(Exception):
    """It took longer than it may."""


class Deadline:
    """Raises LateError from a block that takes too long, as `asyncio.timeout` does TimeoutError. It takes less time
    itself: nobody moves it. There may be several blocks, one after the other.
    """

    __slots__ = ("_before", "_late", "_loop", "_task", "_timer", "at")

    _task: asyncio.Task[object]
    _timer: asyncio.TimerHandle
    _before: int
    """How often the task was being cancelled when the block began."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.at = self._loop.time() + seconds
        """By the event loop's clock."""
        self._late = False

    def __enter__(self) -> None:
        task = asyncio.current_task(self._loop)
        assert task is not None  # noqa: S101 - for the type checker: a coroutine runs in a task
        self._task, self._before = task, task.cancelling()
        self._timer = self._loop.call_at(self.at, self._stop)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        # Cancelled by others as well, it ends as cancelled.
        if self._late and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise LateError from error

    def _stop(self) -> None:
        self._late = True
        self._task.cancel()
