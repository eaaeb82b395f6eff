"""A client that sends whatever it likes: bytes on a socket, and what is answered to them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.http.test_protocol import frame

AT_MOST = 60
"""Seconds that anything is waited for."""

PATH = "/graphql"
HEAD = f"POST {PATH} HTTP/1.1\r\nhost: attacked\r\ncontent-type: application/json\r\n".encode()
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n"
HANDSHAKE = (
    f"GET {PATH} HTTP/1.1\r\nhost: attacked\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "sec-websocket-protocol: graphql-transport-ws\r\n"
).encode()


def post(body: object, head: bytes = HEAD) -> bytes:
    """Return a request with this JSON, or with a body as it is."""
    packed = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(packed), packed)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""

    @property
    def told(self) -> str:
        """Its status and the code of its first error, as they stand in the table."""
        if not self.status:
            return "closed"
        with suppress(ValueError, KeyError, TypeError):
            return f"{self.status} {json.loads(self.body)['errors'][0]['extensions']['code']}"
        return str(self.status)


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def opened(cls, port: int, receives: int | None = None) -> AsyncIterator["Connection"]:
        """Connect, with room for so many bytes that are received and not read."""
        own = socket.socket()
        own.setblocking(False)
        if receives is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=own)
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    async def send(self, *parts: bytes) -> None:
        """Send, until it is all sent or the server does not want it."""
        with suppress(OSError):
            for part in parts:
                self.writer.write(part)
                await self.writer.drain()

    async def ask(self, *parts: bytes) -> Reply:
        """Return the answer, which may come while this is being sent."""
        sending = asyncio.create_task(self.send(*parts))
        try:
            return await self.reply()
        finally:
            sending.cancel()
            await asyncio.wait([sending])

    async def reply(self) -> Reply:
        try:
            async with asyncio.timeout(AT_MOST):
                head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
                return Reply(int(head.split()[1]), await self.reader.readexactly(int(length or b"0")))
        except (OSError, asyncio.IncompleteReadError):
            return Reply(0)

    async def ended(self) -> None:
        """Wait until the server closes it."""
        with suppress(OSError):
            async with asyncio.timeout(AT_MOST):
                while await self.reader.read(1_000_000):
                    pass

    # As a WebSocket.

    async def handshake(self, *headers: bytes) -> Reply:
        return await self.ask(HANDSHAKE + b"".join(header + b"\r\n" for header in headers) + b"\r\n")

    async def say(self, *messages: object) -> None:
        await self.send(b"".join(frame_of(message) for message in messages))

    async def hear(self) -> dict[str, Any] | int:
        """Return the next message, or the code with which the server has closed the WebSocket; 0 without one."""
        try:
            async with asyncio.timeout(AT_MOST):
                while True:
                    first, length = await self.reader.readexactly(2)
                    if length >= 126:
                        length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8))
                    data = await self.reader.readexactly(length)
                    if first == 0x88:
                        return int.from_bytes(data[:2])
                    if first == 0x81:
                        message: dict[str, Any] = json.loads(data)
                        return message
        except (OSError, asyncio.IncompleteReadError):
            return 0

    async def code(self) -> int:
        """Return the code with which it is closed, after whatever else is said."""
        while not isinstance(heard := await self.hear(), int):
            pass
        return heard

    async def begin(self) -> None:
        assert (await self.handshake()).status == 101
        await self.say({"type": "connection_init"})
        assert await self.hear() == {"type": "connection_ack"}


def frame_of(message: object) -> bytes:
    """Return a text frame: RFC 6455, 5.2."""
    data = json.dumps(message).encode()
    if 126 <= len(data) < 65_536:
        return b"\x81\xfe" + len(data).to_bytes(2) + bytes(4) + data
    return frame(0x81, data)
