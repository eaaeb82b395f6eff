"""The time that an operation has: its end is told apart from all else that ends a block."""

import asyncio

import pytest

from gql_api.http.deadline import Deadline, LateError

LONG = 3_600
"""Seconds that nothing here takes."""


async def test_what_takes_too_long_is_late_and_the_task_goes_on() -> None:
    deadline = Deadline(0)
    for _ in range(2):
        with pytest.raises(LateError), deadline:
            await asyncio.sleep(LONG)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    await asyncio.sleep(0)


async def test_what_ends_in_time_is_left_alone() -> None:
    with Deadline(LONG):
        await asyncio.sleep(0)
    with Deadline(0):
        pass
    with pytest.raises(ValueError, match="own"), Deadline(0):
        raise ValueError("own")
    for _ in range(3):
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("seconds", [0, LONG])
async def test_who_is_cancelled_by_others_is_not_late(seconds: int) -> None:
    async def waits() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_soon(task.cancel)
        with Deadline(seconds):
            await asyncio.sleep(LONG)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(waits())
