"""The application on a real server and real sockets, in the process of the tests."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from gql_api.app import create_app
from gql_api.http.draining import Draining
from gql_api.http.process import Config, Server
from gql_api.settings import Settings


class QuietServer(Server):
    """Ours, but for the signals: those are pytest's here."""

    def capture_signals(self) -> Any:
        return nullcontext()


class Socket:
    """A client of graphql-transport-ws."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._sent = 0

    async def send(self, query: str, **variables: Any) -> str:
        self._sent += 1
        payload = {"query": query, "variables": variables}
        await self.message(type="subscribe", id=str(self._sent), payload=payload)
        return str(self._sent)

    async def answer(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer to an operation, which completes after it."""
        id = await self.send(query, **variables)
        answer = await self.answer()
        assert (answer["type"], answer["id"]) == ("next", id), answer
        assert await self.answer() == {"type": "complete", "id": id}
        payload: dict[str, Any] = answer["payload"]
        return payload

    async def message(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def begin(self, **payload: Any) -> None:
        await self.message(type="connection_init", **({"payload": payload} if payload else {}))
        assert (await self.answer())["type"] == "connection_ack"


class Served:
    def __init__(self, port: int, app: FastAPI) -> None:
        self.port = port
        self.app = app

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def engine(self) -> AsyncEngine:
        engine: AsyncEngine = self.app.state.sessions.engine
        return engine

    @property
    def busy(self) -> int:
        """Connections to the database that are lent."""
        return int(self.engine.pool.checkedout())  # type: ignore[attr-defined]

    async def idle(self) -> None:
        """Wait until no connection to the database is lent."""
        while self.busy:  # noqa: ASYNC110 - the pool has no event for it
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def connect(self, **options: Any) -> AsyncIterator[Socket]:
        url = f"ws://127.0.0.1:{self.port}/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(url, subprotocols=options.pop("subprotocols", protocols), **options) as connection:
            yield Socket(connection)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Socket]:
        """Connect, and be acknowledged."""
        async with self.connect() as client:
            await client.begin()
            yield client


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Served]:
    made: list[FastAPI] = []

    def make(settings: Settings, draining: Draining) -> FastAPI:
        made.append(create_app(settings, draining=draining))
        return made[0]

    bound = socket.create_server(("127.0.0.1", 0))
    server = QuietServer(Config(settings, make))
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield Served(bound.getsockname()[1], made[0])
    finally:
        server.should_exit = True
        await running
