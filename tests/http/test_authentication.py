"""The door: bearer tokens, and whatever else an application puts in their place."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed

from gql_api.app import create_app
from gql_api.context import Context, Principal
from gql_api.errors import RequestError, RequestErrorCode
from tests.api import Api
from tests.conftest import api_on, settings, started
from tests.http.served import Served, serving

OLD, NEW = "token-of-yesterday", "dG9rZW4gb2YgdG9kYXk="
TOKENS = (SecretStr(OLD), SecretStr(NEW))
ASK = {"query": "{ taskCount }"}


def bearer(token: str) -> dict[str, Any]:
    return {"authorization": f"Bearer {token}".encode()}


@pytest.fixture
async def guarded(database: str) -> AsyncIterator[Api]:
    async with api_on(database, tokens=TOKENS, explorer=True) as api:
        yield api


@pytest.mark.parametrize("headers", [bearer(OLD), bearer(NEW), {"Authorization": f"bearer  {OLD} "}])
async def test_each_of_the_tokens_opens(guarded: Api, headers: dict[str, str]) -> None:
    response = await guarded.client.post("/graphql", json=ASK, headers=headers)
    assert response.json() == {"data": {"taskCount": 0}}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": OLD},
        {"authorization": f"Basic {OLD}"},
        {"authorization": f"Bearer {OLD[:-1]}"},
        {"authorization": f"Bearer {OLD}x"},
        {"authorization": f"Bearer {OLD}, Bearer {OLD}"},
        {"authorization": b"Bearer \xff\xfe\x00"},
        {"authorization": "Bearer " + "x" * 100_000},
        {"cookie": f"authorization={OLD}"},
    ],
    ids=range(12),
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_nothing_else_does(guarded: Api, headers: dict[str, Any], accept: str) -> None:
    response = await guarded.client.post("/graphql", json=ASK, headers={**headers, "accept": accept})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Bearer realm="gql-api"')
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert OLD not in response.text


async def test_who_may_not_ask_may_not_even_ask_wrongly(guarded: Api) -> None:
    """What is sent is looked at after who sends it."""
    for content in (b"{", b" " * 5_000_000):
        response = await guarded.client.post("/graphql", content=content, headers={"content-type": "application/json"})
        assert response.status_code == 401


async def test_what_is_open_and_what_is_not(guarded: Api) -> None:
    for path in ("/", "/health/live", "/health/ready", "/documentation/README.md"):
        assert (await guarded.client.get(path)).status_code == 200, path
    page = await guarded.client.get("/graphql", headers={"accept": "text/html"})
    assert "<html" in page.text
    assert (await guarded.client.get("/schema.graphql")).status_code == 401
    assert (await guarded.client.get("/graphql", params=ASK)).status_code == 401
    assert "type Query" in (await guarded.client.get("/schema.graphql", headers=bearer(NEW))).text


@pytest.fixture
async def sockets(database: str) -> AsyncIterator[Served]:
    async with serving(settings(database, tokens=TOKENS)) as served:
        yield served


async def test_a_websocket_says_its_token_in_its_first_message_or_in_its_handshake(sockets: Served) -> None:
    async with sockets.connect() as client:
        await client.begin(Authorization=f"Bearer {NEW}")
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}
    async with sockets.connect(additional_headers={"authorization": f"Bearer {OLD}"}) as client:
        await client.begin()
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"authorization": f"Bearer {OLD}x"},
        {"authorization": 7},
        {"authorization": "Bearer \ud800"},
        {"token": OLD},
    ],
)
async def test_a_websocket_without_a_token_is_closed_with_the_protocols_code(sockets: Served, payload: object) -> None:
    async with sockets.connect() as client:
        await client.message(type="connection_init", payload=payload)
        with pytest.raises(ConnectionClosed) as closed:
            await client.answer()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "Forbidden")


async def test_an_application_may_bring_its_own_door(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def authenticate(headers: Mapping[str, str]) -> Principal:
        name = headers.get("x-user")
        if name is None:
            raise RequestError(RequestErrorCode.UNAUTHENTICATED, "Say who you are.")
        if name == "mallory":
            raise RequestError(RequestErrorCode.FORBIDDEN, "You may not.")
        return Principal(name)

    seen: list[Principal] = []
    open_ = Context.open

    def open_and_see(connection: Any) -> Context:
        context = open_(connection)
        seen.append(context.principal)
        return context

    monkeypatch.setattr(Context, "open", open_and_see)
    async with (
        started(create_app(settings(database), authenticate)) as app,
        AsyncClient(transport=ASGITransport(app), base_url="http://test", timeout=60) as client,
    ):
        statuses = [
            (await client.post("/graphql", json=ASK, headers=headers)).status_code
            for headers in ({}, {"x-user": "mallory"}, {"x-user": "alice"})
        ]
    assert statuses == [401, 403, 200]
    assert seen == [Principal("alice")]
