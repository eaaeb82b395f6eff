"""What is done for a client stops when the client goes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.types import Receive, Scope

GONE = "gql_api.gone"
"""An ASGI extension of our protocol's: its `calls` are functions to call when the client goes before it is answered."""

ResultT = TypeVar("ResultT")


async def unless_gone(running: Coroutine[Any, Any, ResultT], scope: Scope, receive: Receive) -> ResultT | None:
    """Return the result; or None, with everything stopped, when the client goes before it is there.

    The body has been read: nothing else is received.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker: a coroutine runs in a task
    gone = False

    def stop() -> None:
        nonlocal gone
        gone = True
        task.cancel()

    told: list[Callable[[], None]] | None = scope.get("extensions", {}).get(GONE, {}).get("calls")
    # A task for each request costs more than all else here: only where the server has no other way to tell.
    watching = asyncio.create_task(_watch(receive, stop)) if told is None else None
    if told is not None:
        told.append(stop)
    try:
        return await running
    except asyncio.CancelledError:
        if gone and not task.uncancel():
            return None
        raise
    finally:
        if told is not None:
            told.remove(stop)
        if watching is not None:
            watching.cancel()


async def _watch(receive: Receive, stop: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stop()
