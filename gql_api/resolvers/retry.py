"""Running a mutation's root field again that the database broke off."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from gql_api.context import Context
from gql_api.errors import UnavailableError

PAUSE = 0.02
"""Seconds on average before the second time; twice as many before each time after that."""


async def retried(context: Context, run: Callable[[], Awaitable[Any]]) -> Any:
    """Run a mutation's field, again when the database broke it off and nothing is saved: without a word to the client.

    A connection that is lost may have been one of a server that was started anew meanwhile. Of those who were in each
    other's way each waits for another while.
    """
    attempt = 0
    while True:
        context.work.committed = False
        try:
            return await run()
        except UnavailableError as error:
            if attempt >= error.retries or context.work.committed is not False:
                raise
            attempt += 1
            context.retries += 1
            if error.retries > 1:
                await asyncio.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311 - no secret
