"""Pages of other origins: those that are allowed, and all others."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.conftest import api_on, settings
from tests.http.served import Served, serving

FRIEND = "https://app.example.com"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{FRIEND}.evil.example", "https://APP.example.com", "null"]
)
async def test_only_origins_that_are_named_are_allowed(database: str, origin: str) -> None:
    async with api_on(database, cors_origins=(FRIEND, "http://localhost:3000")) as api:
        for allowed in (FRIEND, "http://localhost:3000"):
            asked = await api.client.options("/graphql", headers={"origin": allowed, **PREFLIGHT})
            assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, allowed)
            assert "authorization" in asked.headers["access-control-allow-headers"]
            answer = await api.client.post("/graphql", json={"query": "{ taskCount }"}, headers={"origin": allowed})
            assert answer.headers["access-control-allow-origin"] == allowed
            assert "x-request-id" in answer.headers["access-control-expose-headers"]
            refused = await api.client.post("/graphql", content="{", headers={"origin": allowed})
            assert refused.headers["access-control-allow-origin"] == allowed
        asked = await api.client.options("/graphql", headers={"origin": origin, **PREFLIGHT})
        assert asked.status_code == 400
        assert "access-control-allow-origin" not in asked.headers
        answer = await api.client.post("/graphql", json={"query": "{ taskCount }"}, headers={"origin": origin})
        assert "access-control-allow-origin" not in answer.headers


async def test_no_origin_is_allowed_unasked(database: str) -> None:
    async with api_on(database) as api:
        asked = await api.client.options("/graphql", headers={"origin": FRIEND, **PREFLIGHT})
        assert asked.status_code == 405
        assert not [name for name in asked.headers if name.startswith("access-control")]


async def status_of_handshake(served: Served, origin: str | None) -> int:
    headers = {} if origin is None else {"origin": origin}
    try:
        async with served.connect(additional_headers=headers) as client:
            await client.begin()
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_a_websocket_is_not_opened_for_another_sites_page(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No browser asks before: without a token, any site that somebody visits could otherwise use the API from there."""
    async with serving(settings(database, cors_origins=(FRIEND,))) as served:
        own = f"http://127.0.0.1:{served.port}"
        for origin in (None, own, own.upper(), FRIEND):
            assert await status_of_handshake(served, origin) == 101, origin
        for origin in (
            "https://evil.example",
            "null",
            f"{own}1",
            f"http://127.0.0.1:{served.port}@evil.example",
            "http://",
            "",
        ):
            assert await status_of_handshake(served, origin) == 403, origin
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
