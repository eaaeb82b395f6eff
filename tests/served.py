"""A serving process without its database: our server in a thread, with a small application that tests can look into."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import SecretStr

from gql_api.http.draining import Draining
from gql_api.http.process import Config, Server
from gql_api.settings import Settings

AT_MOST = 60
"""Seconds that a test waits for what must come."""


class Application:
    """What it does is in the path; what it saw is in `seen`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.release = Event()
        self.draining = Draining()

    def make(self, _settings: Settings, draining: Draining) -> Any:
        self.draining = draining
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        match scope["type"]:
            case "lifespan":
                for step in ("startup", "shutdown"):
                    assert (await receive())["type"] == f"lifespan.{step}"
                    await send({"type": f"lifespan.{step}.complete"})
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(receive, send)

    async def _http(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path == "/early":
            await _answer(send, b"early")
            return
        if path == "/held":
            await self._held(path)
        body = await _body(receive)
        if body is None or path == "/wait":
            self.seen.append("http.disconnect" if body is None else (await receive())["type"])
        elif path == "/whole":
            await _answer(send, b"x" * int(scope["query_string"]))
        elif path == "/big":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
            for _ in range(int(scope["query_string"])):
                await send({"type": "http.response.body", "body": b"x" * 60_000, "more_body": True})
            self.seen.append("sent")
            await send({"type": "http.response.body"})
        else:
            names = b" ".join(name for name, _ in scope["headers"])
            await _answer(send, {"/body": body, "/headers": names}.get(path, path.encode()))

    async def _held(self, what: str) -> None:
        self.seen.append(what)
        while not self.release.is_set():  # noqa: ASYNC110 - it is another thread that releases
            await asyncio.sleep(0.01)

    async def _websocket(self, receive: Any, send: Any) -> None:
        """Answer each message with its length, and `hold` when it may; close when the server ends."""
        await receive()
        await send({"type": "websocket.accept"})
        closing = asyncio.create_task(self.draining.closing.wait())
        while True:
            receiving = asyncio.create_task(receive())
            await asyncio.wait((closing, receiving), return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                receiving.cancel()
                await send({"type": "websocket.close", "code": 1001})
                return
            message = receiving.result()
            if message["type"] == "websocket.disconnect":
                closing.cancel()
                self.seen.append(f"disconnect {message['code']}")
                return
            text = message.get("text") or ""
            if text == "hold":
                await self._held(text)
            for _ in range(100_000 if text == "flood" else 0):
                await send({"type": "websocket.send", "text": "x" * 60_000})
            await send({"type": "websocket.send", "text": str(len(message.get("text") or message["bytes"]))})


async def _body(receive: Any) -> bytes | None:
    """Return the request's body, or None when the client is gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message["body"]
        if not message["more_body"]:
            return bytes(body)


async def _answer(send: Any, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Serving:
    def __init__(self, config: Config, application: Application, records: list[logging.LogRecord]) -> None:
        self.server = Server(config)
        self.application = application
        self.records = records
        """What was logged."""
        self.bound = socket.create_server(("127.0.0.1", 0))
        # What a client does not take stays in the server's hands, not in the system's.
        self.bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.port = self.bound.getsockname()[1]
        self._clients: list[Client] = []
        self._runner = asyncio.Runner(loop_factory=config.get_loop_factory())
        self._thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with self._runner:
            self._runner.run(self.server.serve([self.bound]))

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)

    async def until(self, what: Any) -> None:
        async with asyncio.timeout(AT_MOST):
            while not what():  # noqa: ASYNC110 - it happens in another thread
                await asyncio.sleep(0.01)

    async def start(self) -> None:
        self._thread.start()
        await self.until(lambda: self.server.started)

    def stop(self) -> None:
        """Do what SIGTERM does, and do not wait."""
        self._runner.get_loop().call_soon_threadsafe(self.server.handle_exit, signal.SIGTERM, None)

    async def ended(self) -> None:
        await self.until(lambda: not self._thread.is_alive())

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    async def open(self, *sent: bytes) -> "Client":
        """Connect with a small buffer of the system's: what is not read stays with the server."""
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        own.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", self.port))
        except OSError:
            own.close()
            raise
        client = Client(*await asyncio.open_connection(sock=own))
        self._clients.append(client)
        await client.send(*sent)
        return client

    async def ask(self, *sent: bytes) -> bytes:
        """Send this, and return all that comes until the server closes the connection."""
        client = await self.open(*sent)
        return await client.rest()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            async with asyncio.timeout(AT_MOST):
                await self.writer.drain()

    def pause(self) -> None:
        """Read no more from the system's buffer."""
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]

    async def read(self, length: int) -> bytes:
        async with asyncio.timeout(AT_MOST):
            return await self.reader.readexactly(length)

    async def until(self, end: bytes) -> bytes:
        async with asyncio.timeout(AT_MOST):
            return await self.reader.readuntil(end)

    async def rest(self) -> bytes:
        try:
            async with asyncio.timeout(AT_MOST):
                return await self.reader.read()
        finally:
            await self.close()

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):  # it was reset
            await self.writer.wait_closed()


@asynccontextmanager
async def serving(
    caplog: pytest.LogCaptureFixture, *, ping_interval: float | None = None, **limits: Any
) -> AsyncIterator[Serving]:
    """Serve the small application within these limits, and end in good order."""
    application = Application()
    config = Config(Settings(database_url=SecretStr("postgresql://nowhere"), **limits), application.make)
    if ping_interval is not None:
        config.ws_ping_interval = config.ws_ping_timeout = ping_interval
    served = Serving(config, application, caplog.records)
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access")]
    for logger in loggers:
        logger.addHandler(caplog.handler)
    await served.start()
    try:
        yield served
    finally:
        application.release.set()
        if not served.server.should_exit:
            served.stop()
        await served.close()
        await served.ended()
        for logger in loggers:
            logger.removeHandler(caplog.handler)
