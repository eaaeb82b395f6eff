"""How often one client may ask."""

from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from limits.aio.storage.memory import MemoryStorage
from pydantic import SecretStr

from gql_api.app import create_app
from gql_api.errors import StartupError
from tests.conftest import settings, started
from tests.http.served import serving

ASK = {"query": "{ taskCount }"}


async def ask(client: AsyncClient, token: str | None = None) -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = await client.post("/graphql", json=ASK, headers=headers)
    if response.status_code == 429:
        assert 1 <= int(response.headers["retry-after"]) <= 86_400
        assert response.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
    return response.status_code


async def test_one_client_is_one_address(database: str) -> None:
    async with started(create_app(settings(database, rate_limit="3/day; 100/year"))) as app:

        async def statuses(address: str, times: int) -> list[int]:
            transport = ASGITransport(app, client=(address, 1))
            async with AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
                return [await ask(client) for _ in range(times)]

        assert await statuses("192.0.2.1", 4) == [200, 200, 200, 429]
        assert await statuses("192.0.2.2", 1) == [200]
        # Whoever has one address of a /64 has all of them.
        assert await statuses("2001:db8::1", 2) + await statuses("2001:db8::ffff:2", 2) == [200, 200, 200, 429]
        assert await statuses("2001:db8:0:1::1", 1) == [200]


async def test_who_has_a_token_is_known_by_it_and_who_guesses_is_stopped(database: str) -> None:
    tokens = (SecretStr("one"), SecretStr("two"))
    async with (
        started(create_app(settings(database, rate_limit="3/day", tokens=tokens))) as app,
        AsyncClient(transport=ASGITransport(app), base_url="http://test", timeout=60) as client,
    ):
        assert [await ask(client, "one") for _ in range(4)] == [200, 200, 200, 429]
        assert await ask(client, "two") == 200
        assert [await ask(client, f"guess{number}") for number in range(4)] == [401, 401, 401, 429]
        assert await ask(client, "two") == 200


async def test_operations_on_a_websocket_count(database: str) -> None:
    async with serving(settings(database, rate_limit="2/day")) as served, served.open() as client:
        for _ in range(2):
            assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}
        await client.send("{ taskCount }")
        message = await client.answer()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")


@pytest.mark.parametrize(
    "bad", [{"rate_limit": "often"}, {"rate_limit": "1/day", "rate_limit_storage": "nowhere://user:secret@host"}]
)
def test_what_cannot_be_understood_stops_the_start(bad: dict[str, Any]) -> None:
    with pytest.raises(StartupError, match="GQL_API_RATE_LIMIT") as told:
        create_app(settings("postgresql://u@h/n", **bad))
    assert "secret" not in str(told.value)


async def test_when_counting_fails_nobody_is_kept_out(
    database: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(MemoryStorage, "acquire_sliding_window_entry", fail)
    async with (
        started(create_app(settings(database, rate_limit="1/day"))) as app,
        AsyncClient(transport=ASGITransport(app), base_url="http://test", timeout=60) as client,
    ):
        assert [await ask(client) for _ in range(2)] == [200, 200]
    assert "Requests cannot be counted" in caplog.text
