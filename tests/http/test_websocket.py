"""Operations over WebSocket (graphql-transport-ws), on a real server and a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gql_api.app import create_app
from tests.conftest import Raw, settings, waiting_for_a_lock


class Server(uvicorn.Server):
    """uvicorn as it is, but for the signals: those are pytest's here."""

    def capture_signals(self) -> Any:
        return nullcontext()


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._sent = 0

    async def send(self, query: str, **variables: Any) -> str:
        self._sent += 1
        payload = {"query": query, "variables": variables}
        await self._message(type="subscribe", id=str(self._sent), payload=payload)
        return str(self._sent)

    async def answer(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._connection.recv())
        return message

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer to an operation, which completes after it."""
        id = await self.send(query, **variables)
        answer = await self.answer()
        assert (answer["type"], answer["id"]) == ("next", id)
        assert await self.answer() == {"type": "complete", "id": id}
        payload: dict[str, Any] = answer["payload"]
        return payload

    async def _message(self, **message: Any) -> None:
        await self._connection.send(json.dumps(message))

    async def begin(self) -> None:
        await self._message(type="connection_init")
        assert (await self.answer())["type"] == "connection_ack"


class Served:
    def __init__(self, port: int, engine: AsyncEngine) -> None:
        self._port = port
        self.engine = engine

    @property
    def busy(self) -> int:
        return int(self.engine.pool.checkedout())  # type: ignore[attr-defined]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Socket]:
        url = f"ws://127.0.0.1:{self._port}/graphql"
        async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
            opened = Socket(connection)
            await opened.begin()
            yield opened


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    app = create_app(settings(database))
    bound = socket.create_server(("127.0.0.1", 0))
    server = Server(uvicorn.Config(app, ws="websockets-sansio", lifespan="on", log_config=None))
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield Served(bound.getsockname()[1], app.state.sessions.kw["bind"])
    server.should_exit = True
    await running


CREATE = """mutation ($title: String!) { createTask(input: {title: $title}) {
    __typename ... on TaskSuccess { task { title } } } }"""


async def test_queries_and_mutations(served: Served) -> None:
    async with served.open() as client:
        assert await client.run(CREATE, title="Fern") == {
            "data": {"createTask": {"__typename": "TaskSuccess", "task": {"title": "Fern"}}}
        }
        assert await client.run("{ tasks { title } }") == {"data": {"tasks": [{"title": "Fern"}]}}
        assert (await client.run(CREATE, title=""))["data"]["createTask"]["__typename"] == "ValidationError"


async def test_each_operation_sees_the_data_of_its_own_moment(served: Served, raw: Raw) -> None:
    """A socket lives for hours: neither its snapshot nor its loaders may."""
    async with served.open() as client:
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}
        await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 1}}


async def test_two_operations_on_one_socket_never_share_a_session(served: Served, raw: Raw) -> None:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    async with served.open() as client:
        await client.send("{ taskCount }")
        await client.send("{ tasks { id } }")
        await waiting_for_a_lock(raw, 2)
        assert served.busy == 2
        await transaction.rollback()
        answers = [await client.answer() for _ in range(4)]
    assert sorted(answer["type"] for answer in answers) == ["complete", "complete", "next", "next"]
    assert not any("errors" in answer.get("payload", {}) for answer in answers)


async def test_a_socket_that_only_waits_holds_no_connection(served: Served) -> None:
    async with served.open() as idle, served.open() as used:
        await used.run("{ taskCount }")
        assert served.busy == 0
        await idle.run("{ tasks { category { id } } }")
        assert served.busy == 0


async def test_many_sockets_wait_and_the_pool_is_free(served: Served) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(served.open()) for _ in range(30)]
        for each in sockets:
            await each.run("{ taskCount }")
        assert served.busy == 0
        assert await sockets[0].run("{ taskCount }") == {"data": {"taskCount": 0}}


async def test_a_socket_that_closes_in_the_middle_gives_its_connection_back(served: Served, raw: Raw) -> None:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    async with served.open() as client:
        await client.send("{ taskCount }")
        await waiting_for_a_lock(raw, 1)
    await transaction.rollback()
    while served.busy:  # noqa: ASYNC110 - the pool has no event for it
        await asyncio.sleep(0.01)
    async with served.open() as client:
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}


async def test_errors_have_codes_here_too(served: Served) -> None:
    async with served.open() as client:
        answer = await client.run('{ task(id: "zzz") { id } }')
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_ID"
        id = await client.send("{ nothing }")
        message = await client.answer()
        assert (message["type"], message["id"]) == ("error", id)
        assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        for query, code in {"": "BAD_REQUEST", "fragment F on Query { taskCount }": "OPERATION_RESOLUTION_FAILURE"}.items():
            await client.send(query)
            assert (await client.answer())["payload"][0]["extensions"]["code"] == code


async def test_an_unexpected_failure_is_hidden_here_too(served: Served, raw: Raw) -> None:
    await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
    async with served.open() as client:
        answer = await client.run("{ taskCount }")
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "tasks" not in str(answer)


async def test_a_field_that_fails_is_told_here_too(served: Served) -> None:
    async with served.open() as client:
        created = await client.run(
            CREATE.replace("{title: $title}", '{title: $title, category: {create: {name: "Home"}}}'), title="x"
        )
        assert created["data"]["createTask"]["__typename"] == "TaskSuccess"
        bad = 'bad: taskCount(filter: {category: {is: {id: {eq: "zzz"}}}})'
        answer = await client.run(
            f"{{ tasks {{ a: category {{ ok: taskCount {bad} }} b: category {{ ok: taskCount }} }} }}"
        )
        assert answer["data"] == {"tasks": [{"a": None, "b": {"ok": 1}}]}


@pytest.mark.parametrize("message", ["[" * 100_000, '{"type": "ping", "payload": ' + "9" * 5000 + "}", "no json"])
async def test_a_message_that_cannot_be_read_closes_with_the_protocols_code(served: Served, message: str) -> None:
    async with served.open() as client:
        await client._connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await client.answer()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400
