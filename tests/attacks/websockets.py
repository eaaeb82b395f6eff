"""Attacks on WebSockets."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.attacks.attack import Watch, attack
from tests.attacks.client import Connection, frame_of
from tests.attacks.target import Target
from tests.http.test_protocol import BROKEN, frame

SOCKETS = 600
MOST_SOCKETS = 500
QUERY = {"type": "subscribe", "id": "1", "payload": {"query": "{ taskCount }"}}
MESSAGES = (
    *("", "x", "{", "[]", "null", "1", '"x"', "{}", '{"type": 1}', '{"type": "x"}', '{"type": "next", "id": "1"}'),
    *('{"type": "subscribe"}', '{"type": "subscribe", "id": "1", "payload": []}', '{"type": "ping", "payload": 1}'),
    *(
        '{"type": "subscribe", "id": "%s", "payload": {}}' % ("x" * 201),
        "[" * 100_000,
        '{"type": "connection_init", "payload": 1}',
    ),
)


@asynccontextmanager
async def opened(target: Target) -> AsyncIterator[Connection]:
    async with target.connection() as socket:
        await socket.begin()
        yield socket


async def statuses(target: Target, stack: AsyncExitStack, *, query: bool) -> Counter[int]:
    """Open more than may be open, and tell the statuses of the handshakes."""
    told: Counter[int] = Counter()
    for _ in range(SOCKETS):
        socket = await stack.enter_async_context(target.connection())
        status = (await socket.handshake()).status
        told[status] += 1
        if status == 101:
            said = [{"type": "connection_init"}, QUERY] if query else [{"type": "connection_init"}]
            expected = ["connection_ack", "next", "complete"] if query else ["connection_ack"]
            await socket.say(*said)
            assert [heard["type"] for _ in expected if isinstance(heard := await socket.hear(), dict)] == expected
    return told


async def until_there_is_room(target: Target) -> None:
    """Wait until the server has noticed that its clients are gone."""
    async with asyncio.timeout(60):
        while True:
            async with AsyncExitStack() as stack:
                tried = [await stack.enter_async_context(target.connection()) for _ in range(MOST_SOCKETS // 5)]
                if {(await socket.handshake()).status for socket in tried} == {101}:
                    return


@attack(f"{SOCKETS} WebSockets that begin and say nothing more", f"{MOST_SOCKETS} open, the others 503")
async def idle(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        told = await statuses(target, stack, query=False)
        yield f"{told.pop(101)} open, the others {', '.join(map(str, told))}"
    await until_there_is_room(target)


@attack(f"{SOCKETS} WebSockets that have each run a query", f"{MOST_SOCKETS} open, the others 503")
async def queried(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        told = await statuses(target, stack, query=True)
        yield f"{told.pop(101)} open, the others {', '.join(map(str, told))}"
    await until_there_is_room(target)


@attack("WebSocket without `connection_init`", "close 4408")
async def silent(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as socket:
        assert (await socket.handshake()).status == 101
        yield f"close {await socket.code()}"


@attack("WebSocket: query before `connection_init`", "close 4401")
async def uninvited(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as socket:
        assert (await socket.handshake()).status == 101
        await socket.say(QUERY)
        yield f"close {await socket.code()}"


@attack("WebSocket: malformed frames, of every kind", "close 1002, 1007, 1009")
async def frames(target: Target, _stop: Watch) -> AsyncIterator[str]:
    codes = set()
    for name, (code, data) in BROKEN.items():
        if code != 1009 or name == "claims to be endless":  # the others are of another limit
            async with opened(target) as socket:
                await socket.send(data)
                codes.add(await socket.code())
    yield f"close {', '.join(map(str, sorted(codes)))}"


@attack("WebSocket: malformed messages, of every kind", "close 4400")
async def messages(target: Target, _stop: Watch) -> AsyncIterator[str]:
    codes = set()
    for message in MESSAGES:
        async with target.connection() as socket:
            assert (await socket.handshake()).status == 101
            data = message.encode()
            await socket.send(
                frame(0x01, data[:100]), *(frame(0x00, data[at : at + 100]) for at in range(100, len(data), 100))
            )
            await socket.send(frame(0x80))
            codes.add(await socket.code())
    yield f"close {', '.join(map(str, sorted(codes)))}"


@attack("WebSocket: message of 50 MB", "close 1009")
async def large(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with opened(target) as socket:
        sending = asyncio.create_task(socket.send(frame(0x81, bytes(50_000_000))))
        yield f"close {await socket.code()}"
        sending.cancel()


@attack("WebSocket: 50 MB in fragments of 10 bytes", "close 1009")
async def fragments(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with opened(target) as socket:
        part = frame(0x00, bytes(10)) * 1_000
        sending = asyncio.create_task(socket.send(frame(0x01), *([part] * 5_000)))
        yield f"close {await socket.code()}"
        sending.cancel()


@attack("WebSocket: 100,000 pings, pongs not read", "no more is read")
async def pings(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with opened(target) as socket:
        socket.writer.transport.pause_reading()  # type: ignore[attr-defined]
        ping = frame_of({"type": "ping", "payload": {"x": "y" * 1_000}})
        sending = asyncio.create_task(socket.send(*([ping] * 100_000)))
        sent = -1
        while sent != (sent := sent_by(socket)):  # noqa: ASYNC110 - the system sets no event
            await asyncio.sleep(0.5)
        yield "all is answered" if sending.done() else "no more is read"
        sending.cancel()


@attack("WebSocket: 1,000 queries at once", "20 run, 980 times OVERLOADED")
async def subscribes(target: Target, stop: Watch) -> AsyncIterator[str]:
    async with target.locked(), opened(target) as socket:
        await socket.say(*(QUERY | {"id": str(number)} for number in range(1_000)))
        told: Counter[str] = Counter()
        while told.total() < 980:
            heard = await socket.hear()
            assert isinstance(heard, dict)
            told[heard["payload"][0]["extensions"]["code"]] += 1
        stop()
    yield f"20 run, {' '.join(f'{number} times {code}' for code, number in told.items())}"


@attack("WebSocket of another site's page", "403")
async def cross_site(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.connection() as socket:
        yield (await socket.handshake(b"origin: https://elsewhere.example")).told


def sent_by(socket: Connection) -> int:
    """Return the number of bytes that the system does not take any more from a client; it grows while it sends."""
    return socket.writer.transport.get_write_buffer_size()
