"""What those who watch over the process are told."""

import asyncio

from tests.api import Api
from tests.conftest import KILL_OTHERS, Raw, Server, api_on


async def test_a_migrated_database_is_ready(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        response = await api.client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_database_that_is_behind_is_not(api: Api, raw: Raw) -> None:
    await raw.execute("UPDATE alembic_version SET version_num = '0001'")
    response = await api.client.get("/health/ready")
    assert response.status_code == 503
    reason = "The database is not at the revision that this version needs."
    assert response.json() == {"status": "unavailable", "reason": reason}
    assert (await api.client.get("/health/live")).status_code == 200


async def test_a_database_that_is_gone_is_not_and_its_words_are_not_told(server: Server) -> None:
    async with api_on(server.url("gql_test_there_is_none")) as api:
        response = await api.client.get("/health/ready")
        assert response.status_code == 503
        assert response.json() == {"status": "unavailable", "reason": "The database does not answer."}
        assert (await api.client.get("/health/live")).status_code == 200


async def test_that_all_connections_are_lent_is_no_reason(database: str, raw: Raw) -> None:
    async with api_on(database, pool_size=1, pool_timeout=0.01) as api:
        async with api.engine.connect():
            responses = await asyncio.gather(*(api.client.get("/health/ready") for _ in range(20)))
            assert {response.status_code for response in responses} == {200}
        await asyncio.gather(*(api.client.head("/health/ready") for _ in range(3)))
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert await raw.fetchval(others) <= 1  # the pool's own: a check keeps none


async def test_a_database_that_comes_back_is_ready_at_once(api: Api, raw: Raw) -> None:
    assert await api.field("{ taskCount }") == 0
    await raw.execute(KILL_OTHERS)
    assert (await api.client.get("/health/ready")).status_code == 200
