"""The short way to GraphQL: nothing that surrounds an application is passed by, and mounted it answers all the same."""

import asyncio
import json
import socket
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Span, Tracer, TracerProvider
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_api.app import create_app
from gql_api.http.application import Application
from tests.conftest import Raw, settings, started, waiting_for_a_lock
from tests.http.served import serving
from tests.http.test_deadlines import until_no_statement_runs

ASK = {"query": "{ __typename }"}
ANSWER = {"data": {"__typename": "Query"}}


def client(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_both_ways_have_the_same_layers(database: str) -> None:
    seen: list[str] = []

    class Layer:
        def __init__(self, app: ASGIApp) -> None:
            self._app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["path"])
            await self._app(scope, receive, send)

    app = create_app(settings(database))
    app.add_middleware(Layer)
    async with started(app), client(app) as asking:
        graphql = await asking.post("/graphql", json=ASK, headers={"x-request-id": "mine"})
        live = await asking.get("/health/live", headers={"x-request-id": "mine"})
    assert graphql.json() == ANSWER
    assert graphql.headers["x-request-id"] == live.headers["x-request-id"] == "mine"
    assert seen == ["/graphql", "/health/live"]


@pytest.mark.parametrize("path", ["/graphql/", "/graphql/x", "//graphql", "/GRAPHQL"])
async def test_no_other_path_is_taken_for_it(database: str, path: str) -> None:
    app = create_app(settings(database))
    async with started(app), client(app) as asking:
        assert (await asking.post(f"http://test{path}", json=ASK)).status_code == 404


async def test_mounted_in_another_application_it_answers(database: str) -> None:
    app = create_app(settings(database))
    outer = FastAPI()
    outer.mount("/api", app)
    async with started(app), client(outer) as asking:
        assert (await asking.post("/api/graphql", json=ASK)).json() == ANSWER
        assert (await asking.post("/graphql", json=ASK)).status_code == 404


@pytest.mark.parametrize("traced", [True, False])
async def test_who_traces_requests_is_told_of_these_too(traced: bool) -> None:
    """By FastAPI itself, and by who has put a layer of their own around all that it does."""
    names: list[str] = []
    outer: list[str] = []

    class Provider(TracerProvider):
        def get_tracer(self, *_: Any, **__: Any) -> Tracer:
            return Noting()

    class Noting(NoOpTracer):
        def start_span(self, name: str, *_: Any, **__: Any) -> Span:
            names.append(name)
            return INVALID_SPAN

    class Around(Application):
        def build_middleware_stack(self) -> ASGIApp:
            inner = super().build_middleware_stack()

            async def layer(scope: Scope, receive: Receive, send: Send) -> None:
                outer.append(scope["type"])
                await inner(scope, receive, send)

            return layer

    app = Around(telemetry={"tracer_provider": Provider()} if traced else None)
    app.add_direct("/direct", PlainTextResponse("here"), PlainTextResponse("there"))
    async with client(app) as asking:
        for _ in range(2):
            assert (await asking.get("/direct")).text == "here"
    assert outer == ["http", "http"]
    assert len(names) == (2 if traced else 0)


@pytest.mark.parametrize("length", [10, 300_000])
async def test_a_client_that_goes_is_noticed_however_much_it_has_sent(database: str, raw: Raw, length: int) -> None:
    """The server's protocol reads no more while it holds much of a body."""
    body = json.dumps({"query": "{ taskCount }", "padding": "x" * length})
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    async with serving(settings(database, pool_size=1)) as served, raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head.encode() + body.encode())
        await writer.drain()
        await waiting_for_a_lock(raw, 1)
        transport: Any = writer.transport
        transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        await until_no_statement_runs(raw)
        await served.idle()
        writer.close()
        del reader


async def test_without_our_server_a_client_that_goes_is_noticed_too(database: str, raw: Raw) -> None:
    app = create_app(settings(database))
    gone = asyncio.Event()
    body = json.dumps({"query": "{ taskCount }"}).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    async with started(app), raw.transaction():
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(app(scope, receive, send))
        await waiting_for_a_lock(raw, 1)
        gone.set()
        await asking
        await until_no_statement_runs(raw)
    assert sent == []
