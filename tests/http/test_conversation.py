"""What may be said on a WebSocket, and what ends it (graphql-ws, PROTOCOL.md)."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gql_api.app import create_app
from tests.conftest import Raw, settings, started, waiting_for_a_lock
from tests.http.served import Served, Socket, serving

QUERY = {"query": "{ taskCount }"}


async def closed(client: Socket) -> tuple[int, str]:
    """Return the code and the reason that the server closes with, after whatever else it has to say."""
    with suppress(ConnectionClosed):
        async for _ in client.connection:
            pass
    assert client.connection.close_code is not None
    return client.connection.close_code, client.connection.close_reason or ""


MALFORMED: list[str | bytes] = [
    b"{}",
    b"\xff\xfe",
    json.dumps({"type": "ping"}).encode(),
    "",
    "no json",
    "[" * 100_000,
    '{"type": "ping", "payload": NaN}',
    '{"type": "ping", "payload": {"a": 1e400}}',
    '{"type": "ping", "payload": ' + "9" * 5_000 + "}",
    '{"type": "ping"}{"type": "ping"}',
    *map(
        json.dumps,
        [
            None,
            7,
            "ping",
            True,
            [],
            [{"type": "ping"}],
            {},
            {"id": "1"},
            {"type": None},
            {"type": 7},
            {"type": ["ping"]},
            {"type": "PING"},
            {"type": "nothing"},
            {"type": "connection_ack"},
            {"type": "next", "id": "1", "payload": {}},
            {"type": "error", "id": "1", "payload": []},
            {"type": "start", "id": "1", "payload": QUERY},
            {"type": "ping", "payload": 7},
            {"type": "ping", "payload": []},
            {"type": "pong", "payload": "x"},
            {"type": "complete"},
            {"type": "complete", "id": 7},
            {"type": "complete", "id": None},
            {"type": "subscribe"},
            {"type": "subscribe", "id": "1"},
            {"type": "subscribe", "payload": QUERY},
            {"type": "subscribe", "id": 1, "payload": QUERY},
            {"type": "subscribe", "id": "", "payload": QUERY},
            {"type": "subscribe", "id": None, "payload": QUERY},
            {"type": "subscribe", "id": "x" * 10_000, "payload": QUERY},
            {"type": "subscribe", "id": "1", "payload": None},
            {"type": "subscribe", "id": "1", "payload": "{ taskCount }"},
            {"type": "subscribe", "id": "1", "payload": [QUERY]},
            {"type": "subscribe", "id": "1", "payload": {}},
            {"type": "subscribe", "id": "1", "payload": {"query": None}},
            {"type": "subscribe", "id": "1", "payload": {"query": 7}},
            {"type": "subscribe", "id": "1", "payload": {**QUERY, "variables": []}},
            {"type": "subscribe", "id": "1", "payload": {**QUERY, "variables": "{}"}},
            {"type": "subscribe", "id": "1", "payload": {**QUERY, "operationName": 7}},
            {"type": "subscribe", "id": "1", "payload": {**QUERY, "extensions": "x"}},
        ],
    ),
]


async def test_a_malformed_message_closes_with_the_protocols_code(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for message in MALFORMED:
        async with served.open() as client:
            await client.connection.send(message)
            code, reason = await closed(client)
        assert code == 4400, message
        assert reason in {"Invalid message", "Messages must be text", "Messages must be valid JSON"}, message
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize("payload", [7, [], "x"])
async def test_a_beginning_that_is_malformed_does_too(served: Served, payload: object) -> None:
    async with served.connect() as client:
        await client.message(type="connection_init", payload=payload)
        assert await closed(client) == (4400, "Invalid message")


async def test_the_rest_of_the_protocols_codes(served: Served) -> None:
    async with served.connect() as client:
        await client.message(type="subscribe", id="1", payload=QUERY)
        assert await closed(client) == (4401, "Unauthorized")
    async with served.open() as client:
        await client.message(type="connection_init")
        assert await closed(client) == (4429, "Too many initialisation requests")
    async with served.connect(subprotocols=["graphql-ws"]) as client:
        assert await closed(client) == (4406, "Subprotocol not acceptable")
    async with served.connect(subprotocols=None) as client:
        assert await closed(client) == (4406, "Subprotocol not acceptable")


async def test_who_never_begins_is_cut_off(database: str) -> None:
    async with serving(settings(database, socket_init_timeout=0.2)) as served:
        async with served.connect() as client:
            await client.message(type="ping")
            assert await closed(client) == (4408, "Connection initialisation timeout")
        async with served.open() as begun:
            await asyncio.sleep(0.5)
            assert await begun.run("{ taskCount }") == {"data": {"taskCount": 0}}


async def test_pings_are_answered_with_what_they_carry_at_any_time(served: Served) -> None:
    async with served.connect() as client:
        for payload in ({}, {"payload": {"a": [1]}}, {"payload": None}):
            await client.message(type="ping", **payload)
            carried = {"payload": payload["payload"]} if payload.get("payload") else {}
            assert await client.answer() == {"type": "pong", **carried}
        await client.message(type="pong")
        await client.begin(anything={"is": "allowed"})
        await client.message(type="complete", id="unknown")
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}


@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("é", "Subscriber for é already exists"),
        ("é" * 200, f"Subscriber for {'é' * 54}"),
        ("🦕" * 200, f"Subscriber for {'🦕' * 27}"),
        ("\ud800", "Subscriber for ? already exists"),
    ],
    ids=["short", "long", "longer", "half a character"],
)
async def test_an_id_is_used_once_at_a_time(served: Served, locked: Raw, id: str, told: str) -> None:
    async with served.open() as client:
        await client.message(type="subscribe", id=id, payload=QUERY)
        await waiting_for_a_lock(locked, 1)
        await client.message(type="subscribe", id=id, payload=QUERY)
        assert await closed(client) == (4409, told)
    await served.idle()


async def test_what_is_completed_by_the_client_stops_and_its_id_is_free(served: Served, raw: Raw) -> None:
    async with served.open() as client:
        async with raw.transaction():
            await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
            await client.message(type="subscribe", id="1", payload=QUERY)
            await waiting_for_a_lock(raw, 1)
            await client.message(type="complete", id="1")
            await served.idle()
        await client.message(type="subscribe", id="1", payload={"query": "{ tags { id } }"})
        assert (await client.answer())["payload"] == {"data": {"tags": []}}
        assert await client.answer() == {"type": "complete", "id": "1"}


async def test_one_socket_runs_so_many_operations_at_a_time(database: str, locked: Raw) -> None:
    async with serving(settings(database, max_socket_operations=2)) as served, served.open() as client:
        for _ in range(2):
            await client.send("{ taskCount }")
        await waiting_for_a_lock(locked, 2)
        id = await client.send("{ tags { id } }")
        refused = await client.answer()
        assert (refused["type"], refused["id"]) == ("error", id)
        assert refused["payload"][0]["extensions"]["code"] == "OVERLOADED"


async def test_pages_of_an_origin_that_cannot_be_read_may_not_connect(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with served.connect(additional_headers={"origin": "http://["}):
            pass
    assert refused.value.response.status_code == 403


async def test_so_many_sockets_are_open_at_a_time(database: str) -> None:
    async with serving(settings(database, max_sockets=2)) as served:
        async with served.open(), served.open() as second:
            with pytest.raises(InvalidStatus) as refused:
                async with served.connect():
                    pass
            assert refused.value.response.status_code == 503
            assert await second.run("{ taskCount }") == {"data": {"taskCount": 0}}
        while True:  # the server learns of a socket's end in its own time
            try:
                async with served.open() as third:
                    assert await third.run("{ taskCount }") == {"data": {"taskCount": 0}}
                    break
            except InvalidStatus:
                await asyncio.sleep(0.01)


async def test_every_operation_has_an_id_of_its_own_below_the_sockets(served: Served, raw: Raw) -> None:
    await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
    async with served.open() as client:
        answers = [await client.run("{ taskCount }") for _ in range(2)]
    ids = [answer["errors"][0]["extensions"]["requestId"] for answer in answers]
    assert client.connection.response is not None
    socket = client.connection.response.headers["x-request-id"]
    assert ids == [f"{socket}.1", f"{socket}.2"]


async def test_documents_by_hash_and_costs_on_request_work_here_too(served: Served) -> None:
    persisted: dict[str, Any] = {"version": 1, "sha256Hash": "0" * 64}
    async with served.open() as client:
        await client.message(type="subscribe", id="1", payload={"extensions": {"persistedQuery": persisted}})
        message = await client.answer()
        assert (message["type"], message["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
        await client.message(type="subscribe", id="1", payload={**QUERY, "extensions": {"cost": True}})
        assert (await client.answer())["payload"]["extensions"]["cost"]["requested"] > 0


async def test_who_reads_no_answers_can_ask_for_few_only(database: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is not taken stays in memory: as long as a client reads nothing, nothing more is read of what it sends."""
    caplog.set_level("INFO", "gql_api.operation")
    sent = [{"type": "connection_init"}, *({"type": "subscribe", "id": str(n), "payload": QUERY} for n in range(20))]
    events: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    events += [{"type": "websocket.receive", "text": json.dumps(message)} for message in sent]
    untaken = 0
    third, fourth = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if len(events) == 17:  # three operations have begun
            await third.wait()
        return events.pop(0)

    async def send(message: Any) -> None:
        nonlocal untaken
        if message["type"] == "websocket.send" and "connection_ack" not in message["text"]:
            untaken += 1
            if untaken == 3:
                third.set()
            if untaken == 4:
                fourth.set()
            await asyncio.Event().wait()

    headers = [(b"host", b"test")]
    scope = {"type": "websocket", "path": "/graphql", "headers": headers, "subprotocols": ["graphql-transport-ws"]}
    async with started(create_app(settings(database, max_socket_operations=3))) as app:
        talking = asyncio.create_task(app(scope, receive, send))
        await asyncio.wait_for(fourth.wait(), 60)
        talking.cancel()
        await asyncio.wait([talking])
    assert len([record for record in caplog.records if record.name == "gql_api.operation"]) == 3
    assert len(events) == 16


async def test_a_text_that_is_none_and_what_comes_with_it_close_in_order(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async with served.open() as client:
        transport = client.connection.transport
        transport.write(b"\x81\x82\0\0\0\0\xff\xfe" + b"\x88\x82\0\0\0\0\x03\xe8")
        await client.connection.wait_closed()
    await served.idle()
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize("path", ["", "assets/x.js", "schema.graphql", "nothing"])
async def test_websockets_are_opened_at_one_place_only(
    database: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(settings(database, explorer=True)) as served:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{served.port}/graphql/{path}"):
                pass
        assert refused.value.response.status_code in {403, 404}
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
