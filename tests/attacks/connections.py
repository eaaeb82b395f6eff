"""Attacks on connections: slow, silent, too many, too much sent ahead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from tests.attacks.attack import Watch, attack
from tests.attacks.client import CHUNKED, HEAD, chunk, post
from tests.attacks.target import CONTROL, Target

CONNECTIONS = 1_500
MOST_CONNECTIONS = 800
READERS = 150
LARGE = {"query": "{ tasks(limit: 100) { description } }"}
"""4 MB are answered."""


@attack("half a head", "408 BAD_REQUEST")
async def half_a_head(target: Target, _stop: Watch) -> AsyncIterator[str]:
    yield (await target.ask(HEAD[:-20])).told


@attack("half a body", "408 BAD_REQUEST")
async def half_a_body(target: Target, _stop: Watch) -> AsyncIterator[str]:
    yield (await target.ask(post(CONTROL)[:-5])).told


@attack("head, a byte every 50 ms", "408 BAD_REQUEST")
async def slow_head(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as connection:
        await connection.send(HEAD + b"x: ")
        dripping = asyncio.create_task(_drip(connection.send, b"y"))
        yield (await connection.ask()).told
        dripping.cancel()


@attack("body, a chunk of a byte every 50 ms", "408 BAD_REQUEST")
async def slow_body(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as connection:
        await connection.send(CHUNKED + b"\r\n")
        dripping = asyncio.create_task(_drip(connection.send, chunk(b" ")))
        yield (await connection.ask()).told
        dripping.cancel()


async def _drip(send: object, drop: bytes) -> None:
    assert callable(send)
    while True:
        await send(drop)
        await asyncio.sleep(0.05)


@attack("ten answers of 4 MB that are asked for and not read", "closed")
async def slow_reader(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection(receives=4_096) as connection:
        connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await connection.send(post(LARGE) * 10)
        while not connection.writer.transport.is_closing():
            await connection.send(b"\r\n")  # tells when it was reset
            await asyncio.sleep(0.05)
        yield "closed"


@attack(f"{READERS} answers of 4 MB that are asked for and not read", "all closed")
async def slow_readers(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        left = [await stack.enter_async_context(target.connection(receives=4_096)) for _ in range(READERS)]
        for connection in left:
            connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await connection.send(post(LARGE, HEAD + b"connection: close\r\n"))
        while left:
            await asyncio.sleep(0.1)
            for connection in left:
                await connection.send(b"\r\n")  # tells when it was reset
            left = [each for each in left if not each.writer.transport.is_closing()]
        yield "all closed"


@attack(
    f"{CONNECTIONS:,} connections that say nothing",
    f"{CONNECTIONS - MOST_CONNECTIONS + 1} closed at once, all in the end",
)
async def silent(target: Target, stop: Watch) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        known = await stack.enter_async_context(target.connection())
        assert (await known.ask(post(CONTROL))).status == 200
        closed = [0]
        waiting = []

        async def wait() -> None:
            async with target.connection() as connection:
                await connection.ended()
                closed[0] += 1

        for _ in range(CONNECTIONS):
            waiting.append(asyncio.create_task(wait()))
            await asyncio.sleep(0)
        while closed[0] < CONNECTIONS - MOST_CONNECTIONS + 1:  # noqa: ASYNC110 - many tasks count
            await asyncio.sleep(0.01)
        at_once = closed[0]
        stop()
        assert (await known.ask(post(CONTROL))).status == 200  # who has a connection notices nothing
        await asyncio.gather(*waiting)
        yield f"{at_once} closed at once, all in the end"


@attack("10,000 requests sent ahead", "closed")
async def pipeline(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as connection:
        yield (await connection.ask(post(CONTROL) * 10_000)).told
