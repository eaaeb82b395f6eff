"""The load: one request again and again on connections that stay open. A process of its own, told what by its stdin.

Each answer is looked at while it is timed: its status, and its bytes where they are the same each time.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import cast

import uvloop

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"
PATIENCE = 60.0
"""Seconds that a load may take longer than it was to."""


@dataclass(frozen=True)
class Load:
    """Requests to a port of this machine: for so many seconds, and so many of them at least."""

    port: int
    request: str
    """Its body."""
    connections: int
    seconds: float
    at_least: int
    answer: str | None
    """The body of every answer; None where each has another one, without errors."""


@dataclass(frozen=True)
class Measured:
    requests: int
    seconds: float
    p50: float
    p99: float
    """Milliseconds."""


def measured(load: Load) -> Measured:
    """Put on the load in another process, and wait for its end.

    Raises subprocess.SubprocessError when an answer is not right, or does not come.
    """
    command = [sys.executable, "-m", "benchmarks.load"]
    given, patience = json.dumps(asdict(load)), load.seconds + PATIENCE
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True, timeout=patience)
    return Measured(**json.loads(done.stdout))


def message(port: int, content: str) -> bytes:
    """Return a request as it is sent."""
    encoded = content.encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: application/json\r\n"
        f"content-type: application/json\r\ncontent-length: {len(encoded)}\r\n\r\n"
    )
    return head.encode() + encoded


class Connection(asyncio.Protocol):
    """One connection, which sends its next request when it has an answer."""

    def __init__(self, load: Load, shared: "Shared") -> None:
        self._message = message(load.port, load.request)
        self._answer = None if load.answer is None else load.answer.encode()
        self._shared = shared
        self._received = bytearray()
        self._whole = 0
        """How many bytes the answer has, once that is known."""
        self.over = asyncio.get_running_loop().create_future()

    async def open(self, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._go_on(perf_counter())

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._whole:
            end = self._received.find(END_OF_HEAD)
            if end < 0:
                return
            head = bytes(self._received[:end]).lower()
            self._head = end + len(END_OF_HEAD)
            self._whole = self._head + int(head.partition(LENGTH)[2].partition(b"\r\n")[0])
        if len(self._received) >= self._whole:
            self._answered(perf_counter())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(RuntimeError(f"A connection was lost: {exc}"))

    def close(self) -> None:
        self._transport.close()

    def _answered(self, now: float) -> None:
        content = self._received[self._head :]
        right = content == self._answer if self._answer is not None else b'"errors"' not in content
        if not (right and self._received.startswith(b"HTTP/1.1 200 ")):
            self.over.set_exception(RuntimeError(f"An answer is not right: {bytes(self._received[:1000])!r}"))
            return
        self._shared.latencies.append(now - self._sent)
        self._received.clear()
        self._whole = 0
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        if self._shared.one_more(now):
            self._sent = now
            self._transport.write(self._message)
        else:
            self.over.set_result(None)


class Shared:
    """What the connections of a load count together."""

    def __init__(self, load: Load) -> None:
        self.latencies: list[float] = []
        self.started = perf_counter()
        self._until = self.started + load.seconds
        self._missing = load.at_least

    def one_more(self, now: float) -> bool:
        """Whether one more request is to be sent; it is counted."""
        self._missing -= 1
        return self._missing >= 0 or now < self._until


async def run(load: Load) -> Measured:
    """Put on the load. Raises RuntimeError when an answer is not right, or a connection is lost."""
    shared = Shared(load)
    connections = [Connection(load, shared) for _ in range(load.connections)]
    try:
        for each in connections:
            await each.open(load.port)
        await asyncio.gather(*(each.over for each in connections))
    finally:
        for each in connections:
            each.close()
    seconds = perf_counter() - shared.started
    in_order = sorted(shared.latencies)
    p50, p99 = (in_order[min(len(in_order) - 1, int(len(in_order) * part))] * 1000 for part in (0.5, 0.99))
    return Measured(len(in_order), seconds, p50, p99)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(uvloop.run(run(Load(**json.load(sys.stdin)))))))
