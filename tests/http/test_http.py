"""The endpoint as HTTP clients and browsers meet it."""

import pytest
from httpx import ASGITransport, AsyncClient

from gql_api.app import create_app
from tests.api import Api
from tests.conftest import settings


async def test_a_query_may_come_by_get_and_a_mutation_may_not(api: Api) -> None:
    accept = {"accept": "application/json"}
    answer = await api.client.get("/graphql", params={"query": "{ taskCount }"}, headers=accept)
    assert answer.json() == {"data": {"taskCount": 0}}
    mutation = 'mutation { createTask(input: {title: "x"}) { __typename } }'
    refused = await api.client.get("/graphql", params={"query": mutation}, headers=accept)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert await api.field("{ taskCount }") == 0


async def test_arrays_of_operations_are_refused(api: Api) -> None:
    response = await api.client.post("/graphql", json=[{"query": "{ taskCount }"}, {"query": "{ taskCount }"}])
    assert response.status_code == 400


async def test_an_operation_is_chosen_by_its_name(api: Api) -> None:
    document = "query A { a: taskCount } query B { b: taskCount }"
    response = await api.client.post("/graphql", json={"query": document, "operationName": "B"})
    assert response.json() == {"data": {"b": 0}}


async def test_every_response_has_a_request_id_of_its_own(api: Api) -> None:
    ids = {(await api.client.get(path)).headers["x-request-id"] for path in ("/", "/graphql", "/nothing")}
    assert len(ids) == 3


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_frameworks_own_pages_are_off(api: Api, path: str) -> None:
    client: AsyncClient = api.client
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"5",
        b'"x"',
        b"true",
        b"[" * 100_000,
        b'{"query": "\xff"}',
        b'{"query": "{ taskCount }", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "{ taskCount }", "operationName": "\\ud800"}',
        b'{"query": "{ taskCount }", "operationName": ["a"]}',
        b'{"query": 5}',
        b'{"query": "{ taskCount }", "variables": []}',
        b'{"query": ""}',
        b"{}",
    ],
    ids=range(14),
)
async def test_a_body_that_is_no_request_is_refused(api: Api, body: bytes) -> None:
    response = await api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert "Traceback" not in response.text


async def test_what_nobody_catches_is_told_by_its_request_id_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    """An application that was never started has no session factory, and so fails where no operation has begun."""
    transport = ASGITransport(create_app(settings("postgresql://nobody@127.0.0.1:1/nothing")))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/graphql", json={"query": "{ taskCount }"})
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    request_id = response.headers["x-request-id"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert "sessions" not in response.text
    (record,) = [record for record in caplog.records if record.levelname == "ERROR" and record.exc_info]
    assert "sessions" in str(record.exc_info)
    assert vars(record)["request_id"] == request_id
