"""What those who watch over the process are told."""

from tests.api import Api
from tests.conftest import Raw, Server, api_on


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


async def test_a_pool_that_is_exhausted_is_not_waited_for(database: str) -> None:
    async with api_on(database, pool_size=1, pool_timeout=0.01) as api:
        async with api.engine.connect():
            response = await api.client.get("/health/ready")
            assert response.status_code == 503
        assert (await api.client.get("/health/ready")).status_code == 200
