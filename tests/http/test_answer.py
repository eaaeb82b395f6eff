"""How an answer goes out: by uvicorn's own rules, whose protocol is asked the same, but in one write."""

import asyncio
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gql_api.http.protocols import HttpProtocol
from gql_api.settings import Settings

Message = dict[str, Any]
LIMITS = Settings(database_url=SecretStr("postgresql://nowhere"))
DATE = [(b"date", b"Sat, 21 Nov 2026 12:00:00 GMT")]

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
REQUESTS = [
    GET,
    GET + GET,
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n",
]


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": [*headers]}


def body(text: bytes = b"", **more: bool) -> Message:
    return {"type": "http.response.body", "body": text, **({"more_body": True} if more else {})}


FIVE = (b"content-length", b"5")
WHOLE = [
    [start(FIVE), body(b"hello")],
    [start(FIVE, (b"x-a", b"caf\xe9\tb"), (b"x-a", b"2"), status=404), body(b"hello")],
]
OTHERS = [
    [start(), body(b"hello")],
    [start(FIVE), body(b"he", more=True), body(b"llo")],
    [start(FIVE, (b"Connection", b"close")), body(b"hello")],
    [start(FIVE, (b"connection", b"close")), body(b"hello")],
    [start(FIVE, (b"X-Upper", b"1")), body(b"hello")],
    [start((b"content-length", b"0")), body()],
    [start(status=304), body()],
    [start((b"transfer-encoding", b"chunked")), body(b"hello")],
]
WRONG = [
    [start(FIVE, (b"x-a", b"b\r\nx-forged: 1")), body(b"hello")],
    [start(FIVE, (b"x-a\r\nx-forged", b"1")), body(b"hello")],
    [start(FIVE, (b"x a", b"1")), body(b"hello")],
    [start(FIVE, (b"x-a", b"\x00")), body(b"hello")],
    [start((b"content-length", b"4")), body(b"hello")],
    [start((b"content-length", b"6")), body(b"hello")],
    [start(FIVE), start(FIVE), body(b"hello")],
    [start(FIVE), body(b"hello"), body(b"hello")],
    [start(FIVE)],
    [body(b"hello")],
    [start(FIVE), {"type": "http.other", "body": b"hello"}],
]


class Wire(asyncio.Transport):
    """What an event loop would send."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def sent(messages: list[Message], request: bytes, protocol: Any, *, early: bool = False) -> Wire:
    """Return what is sent when an application answers each request with these messages, before it reads or after."""

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        if not early:
            await receive()
        for message in messages:
            await send(dict(message))
        if early:
            await receive()

    config = uvicorn.Config(application, lifespan="off", access_log=False, proxy_headers=False, log_config=None)
    config.load()
    state, wire = ServerState(), Wire()
    state.default_headers = DATE
    connection = protocol(config=config, server_state=state, app_state={})
    connection.connection_made(wire)
    connection.data_received(request)
    if b"100-continue" in request:
        await asyncio.sleep(0)
        connection.data_received(b"ab")
    while state.tasks:
        await asyncio.wait(state.tasks)
    connection.connection_lost(None)
    return wire


def ours(**uvicorns: Any) -> HttpProtocol:
    return HttpProtocol(LIMITS, **uvicorns)


@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
@pytest.mark.parametrize("messages", WHOLE + OTHERS, ids=range(len(WHOLE + OTHERS)))
@pytest.mark.parametrize("early", [True, False])
async def test_every_answer_is_what_uvicorn_sends(messages: list[Message], request_: bytes, *, early: bool) -> None:
    own, uvicorns = [await sent(messages, request_, each, early=early) for each in (ours, HttpToolsProtocol)]
    assert b"".join(own.writes) == b"".join(uvicorns.writes)
    assert own.writes
    assert own.closed == uvicorns.closed


@pytest.mark.parametrize("messages", WHOLE, ids=range(len(WHOLE)))
async def test_what_is_whole_is_one_write(messages: list[Message]) -> None:
    for request, answers in ((GET, 1), (GET + GET, 2)):
        writes = (await sent(messages, request, ours)).writes
        assert len(writes) == answers
        assert all(write.startswith(b"HTTP/1.1 ") and write.endswith(b"\r\n\r\nhello") for write in writes)


@pytest.mark.parametrize("messages", WRONG, ids=range(len(WRONG)))
async def test_what_no_answer_can_be_is_not_sent(messages: list[Message], caplog: pytest.LogCaptureFixture) -> None:
    answer = b"".join((await sent(messages, GET, ours)).writes)
    assert b"x-forged" not in answer
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert any(record.name == "uvicorn.error" and record.levelname == "ERROR" for record in caplog.records)


async def test_a_head_that_nothing_follows_is_not_sent() -> None:
    """As ASGI wants it: the failure is told instead."""
    answer = b"".join((await sent([start(FIVE)], GET, ours)).writes)
    assert answer.startswith(b"HTTP/1.1 500 ")
