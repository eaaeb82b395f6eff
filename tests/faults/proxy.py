"""A network between us and PostgreSQL that fails at chosen moments."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import cast

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that ends a connection by RST, as a host does that knows nothing of it any more."""


class When(Enum):
    SENT = auto()
    """The statement was sent and does not arrive."""
    ANSWERED = auto()
    """It arrived and was done; its answer does not arrive."""
    AFTER = auto()
    """Its answer has arrived."""


@dataclass
class Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    awaited: Callable[["Link"], None] | None = None
    """What happens when the next answer comes."""
    answer_passes: bool = True

    def cut(self) -> None:
        if self.client.transport.is_closing():
            return
        cast(socket.socket, self.client.get_extra_info("socket")).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.client.transport.abort()
        self.server.transport.abort()

    def half_close(self) -> None:
        """Say to the client that nothing more will come; what it sends still arrives."""
        self.client.write_eof()

    def stall(self) -> None:
        """Let nothing through any more, in either direction, without a word."""
        self.flows.clear()


class Proxy:
    def __init__(self, target: Path) -> None:
        self._target = target
        self._links: list[tuple[Link, asyncio.Event]] = []
        self._plan: tuple[bytes, When, Callable[[Link], None]] | None = None
        self.happened = 0

    def plan(self, word: str, when: When, happening: Callable[[Link], None]) -> None:
        """Let it happen once, at the next statement with this word."""
        self._plan = (word.encode(), when, happening)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, server = await asyncio.open_unix_connection(self._target)
        link = Link(writer, server)
        link.flows.set()
        self._links.append((link, over := asyncio.Event()))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up(link, reader))
                group.create_task(self._down(link, from_server))
        except* OSError:
            pass
        finally:
            writer.transport.abort()
            server.transport.abort()
            over.set()

    async def stop(self) -> None:
        for link, over in self._links:
            link.cut()
            link.flows.set()
            await over.wait()

    async def _up(self, link: Link, reader: asyncio.StreamReader) -> None:
        while sent := await reader.read(65_536):
            await link.flows.wait()
            if self._plan is not None and self._plan[0] in sent:
                _, when, happening = self._plan
                self._plan = None
                self.happened += 1
                if when is When.SENT:
                    happening(link)
                    continue
                link.awaited, link.answer_passes = happening, when is When.AFTER
            link.server.write(sent)
            await link.server.drain()
        raise ConnectionResetError

    async def _down(self, link: Link, reader: asyncio.StreamReader) -> None:
        while answer := await reader.read(65_536):
            await link.flows.wait()
            happening, link.awaited = link.awaited, None
            if happening is not None and not link.answer_passes:
                happening(link)
                continue
            link.client.write(answer)
            await link.client.drain()
            if happening is not None:
                happening(link)
        raise ConnectionResetError


@asynccontextmanager
async def proxied(target: Path, database: str) -> AsyncIterator[tuple[Proxy, str]]:
    """Give a proxy to a PostgreSQL's socket, and the address of one of its databases through it."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield proxy, f"postgresql://postgres@{host}:{port}/{database}?sslmode=disable"
    finally:
        server.close()
        await proxy.stop()
