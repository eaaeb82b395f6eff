"""Documents that are kept, as clients meet them: whatever brings them, each request is answered for itself."""

import json
from typing import Any

import pytest
from graphql import ExecutionResult
from httpx import AsyncClient

from gql_api.execution import Executable
from gql_api.schema import Schema
from tests.api import Api
from tests.conftest import api_on
from tests.http.served import Served


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[Executable]:
    """The operations that are executed."""
    seen: list[Executable] = []
    before = Schema.run

    async def see(self: Schema, operation: Executable, *arguments: Any, **others: Any) -> ExecutionResult:
        seen.append(operation)
        return await before(self, operation, *arguments, **others)

    monkeypatch.setattr(Schema, "run", see)
    return seen


async def test_http_and_websockets_share_what_is_kept(served: Served, executed: list[Executable]) -> None:
    text = "query Count { taskCount }"
    async with served.open() as socket, AsyncClient() as client:
        assert await socket.run(text) == {"data": {"taskCount": 0}}
        answer = await client.post(served.url, json={"query": text, "operationName": "Count"})
        assert answer.json() == {"data": {"taskCount": 0}}
        await client.get(served.url, params={"query": text})
    assert len(executed) == 3
    assert all(each is executed[0] for each in executed)


async def test_variables_names_and_errors_are_each_requests_own(api: Api) -> None:
    text = "query A($yes: Boolean!) { taskCount @include(if: $yes) } query B($n: Int!) { tasks(limit: $n) { id } }"
    await api.create_task("x")

    async def ask(name: str | None, **variables: Any) -> Any:
        body = json.dumps({"query": text, "operationName": name, "variables": variables})
        headers = {"content-type": "application/json", "graphql-cost": "report"}
        answer = (await api.client.post("/graphql", content=body, headers=headers)).json()
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"], answer["extensions"]["cost"]["requested"]

    for _ in range(2):
        assert await ask("A", yes=True) == ({"taskCount": 1}, 5)
        assert await ask("A", yes=False) == ({}, 0)
        assert await ask("B", n=0) == ({"tasks": []}, 5)
        assert await ask("B", n=7) == (await api.data("{ tasks(limit: 7) { id } }"), 5 + 7 * 16)
        assert await ask("B", n="x") == "BAD_USER_INPUT"
        assert await ask("B") == "BAD_USER_INPUT"
        assert await ask(None, n=1) == "OPERATION_RESOLUTION_FAILURE"
        assert await ask("B", n=1, more={"a": [0] * 3_000}) == "LIST_TOO_LONG"


async def test_without_introspection_the_schema_is_refused_each_time(database: str) -> None:
    async with api_on(database, introspection=False) as api:
        for _ in range(2):
            error = await api.error('{ __type(name: "Task") { name } }')
            assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
            assert await api.data("{ taskCount }") == {"taskCount": 0}


async def test_what_is_kept_may_be_nothing(database: str, executed: list[Executable]) -> None:
    async with api_on(database, document_cache=0) as api:
        for _ in range(2):
            assert await api.data("{ taskCount }") == {"taskCount": 0}
    assert executed[0] is not executed[1]
