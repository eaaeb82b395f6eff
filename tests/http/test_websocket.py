"""Operations over WebSocket (graphql-transport-ws), on a real server and a real socket."""

from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from tests.conftest import Raw, waiting_for_a_lock
from tests.http.served import Served

CREATE = """mutation ($title: String!) { createTask(input: {title: $title}) {
    __typename ... on TaskSuccess { task { title } } } }"""


async def test_queries_and_mutations(served: Served) -> None:
    async with served.open() as client:
        assert await client.run(CREATE, title="Fern") == {
            "data": {"createTask": {"__typename": "TaskSuccess", "task": {"title": "Fern"}}}
        }
        assert await client.run("{ tasks { title } }") == {"data": {"tasks": [{"title": "Fern"}]}}
        assert (await client.run(CREATE, title=""))["data"]["createTask"]["__typename"] == "ValidationError"


async def test_each_operation_sees_the_data_of_its_own_moment(served: Served, raw: Raw) -> None:
    """A socket lives for hours: neither its snapshot nor its loaders may."""
    async with served.open() as client:
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}
        await raw.execute("INSERT INTO tasks (title, title_key) VALUES ('Fern', 'fern')")
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 1}}


async def test_two_operations_on_one_socket_never_share_a_session(served: Served, raw: Raw) -> None:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    async with served.open() as client:
        await client.send("{ taskCount }")
        await client.send("{ tasks { id } }")
        await waiting_for_a_lock(raw, 2)
        assert served.busy == 2
        await transaction.rollback()
        answers = [await client.answer() for _ in range(4)]
    assert sorted(answer["type"] for answer in answers) == ["complete", "complete", "next", "next"]
    assert not any("errors" in answer.get("payload", {}) for answer in answers)


async def test_a_socket_that_only_waits_holds_no_connection(served: Served) -> None:
    async with served.open() as idle, served.open() as used:
        await used.run("{ taskCount }")
        assert served.busy == 0
        await idle.run("{ tasks { category { id } } }")
        assert served.busy == 0


async def test_many_sockets_wait_and_the_pool_is_free(served: Served) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(served.open()) for _ in range(30)]
        for each in sockets:
            await each.run("{ taskCount }")
        assert served.busy == 0
        assert await sockets[0].run("{ taskCount }") == {"data": {"taskCount": 0}}


async def test_a_socket_that_closes_in_the_middle_gives_its_connection_back(served: Served, raw: Raw) -> None:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    async with served.open() as client:
        await client.send("{ taskCount }")
        await waiting_for_a_lock(raw, 1)
    await transaction.rollback()
    await served.idle()
    async with served.open() as client:
        assert await client.run("{ taskCount }") == {"data": {"taskCount": 0}}


async def test_errors_have_codes_here_too(served: Served) -> None:
    async with served.open() as client:
        answer = await client.run('{ task(id: "zzz") { id } }')
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_ID"
        id = await client.send("{ nothing }")
        message = await client.answer()
        assert (message["type"], message["id"]) == ("error", id)
        assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        for query, code in (
            ("", "BAD_REQUEST"),
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("fragment F on Query { taskCount }", "OPERATION_RESOLUTION_FAILURE"),
        ):
            await client.send(query)
            message = await client.answer()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_an_unexpected_failure_is_hidden_here_too(served: Served, raw: Raw) -> None:
    await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
    async with served.open() as client:
        answer = await client.run("{ taskCount }")
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "tasks" not in str(answer)


async def test_a_field_that_fails_is_told_here_too(served: Served) -> None:
    async with served.open() as client:
        created = await client.run(
            CREATE.replace("{title: $title}", '{title: $title, category: {create: {name: "Home"}}}'), title="x"
        )
        assert created["data"]["createTask"]["__typename"] == "TaskSuccess"
        bad = 'bad: taskCount(filter: {category: {is: {id: {eq: "zzz"}}}})'
        answer = await client.run(
            f"{{ tasks {{ a: category {{ ok: taskCount {bad} }} b: category {{ ok: taskCount }} }} }}"
        )
        assert answer["data"] == {"tasks": [{"a": None, "b": {"ok": 1}}]}


@pytest.mark.parametrize("message", ["[" * 100_000, '{"type": "ping", "payload": ' + "9" * 5000 + "}", "no json"])
async def test_a_message_that_cannot_be_read_closes_with_the_protocols_code(served: Served, message: str) -> None:
    async with served.open() as client:
        await client.connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await client.answer()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400
