"""Operations that take too long, that nobody waits for, and more of them than can be run."""

import asyncio
import socket

import httpx
import pytest

from tests.conftest import Raw, api_on, settings, waiting_for_a_lock
from tests.http.served import serving

COUNT = {"query": "{ taskCount }"}
STATEMENTS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""


async def until_no_statement_runs(raw: Raw) -> None:
    while await raw.fetchval(STATEMENTS):
        await asyncio.sleep(0.01)
        await raw.execute("SELECT pg_stat_clear_snapshot()")


async def test_an_operation_that_takes_too_long_is_stopped_and_so_is_its_statement(database: str, locked: Raw) -> None:
    async with api_on(database, pool_size=1, operation_timeout=0.5) as api:
        for query in ("{ taskCount }", 'mutation { createTask(input: {title: "x"}) { __typename } }'):
            answer = await api.answer(query)
            assert answer["data"] is None
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
            assert "committed" not in error["extensions"]
            await until_no_statement_runs(locked)
        # The only connection is whole, or was replaced.
        assert (await api.answer("{ tags { id } }"))["data"] == {"tags": []}


@pytest.mark.usefixtures("locked")
async def test_what_was_committed_before_it_was_stopped_is_told(database: str) -> None:
    async with api_on(database, operation_timeout=1) as api:
        tag = 'a: createTag(input: {name: "x"}) { __typename }'
        answer = await api.answer(f'mutation {{ {tag} b: createTask(input: {{title: "x"}}) {{ __typename }} }}')
        (error,) = answer["errors"]
        assert error["extensions"]["committed"] is True
        assert error["message"].endswith("What it changed is saved: a.")
        assert await api.field("{ tags { name } }") == [{"name": "x"}]


@pytest.mark.parametrize("query", ["{ taskCount }", 'mutation { createTask(input: {title: "x"}) { __typename } }'])
async def test_what_nobody_waits_for_any_more_is_stopped(database: str, raw: Raw, query: str) -> None:
    async with serving(settings(database, pool_size=1)) as served:
        transaction = raw.transaction()
        await transaction.start()
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        async with httpx.AsyncClient(timeout=60) as client:
            asking = asyncio.create_task(client.post(served.url, json={"query": query}))
            await waiting_for_a_lock(raw, 1)
            asking.cancel()
            await asyncio.wait([asking])
            await until_no_statement_runs(raw)
            await served.idle()
        await transaction.rollback()
        async with httpx.AsyncClient(timeout=60) as client:
            assert (await client.post(served.url, json=COUNT)).json() == {"data": {"taskCount": 0}}


async def test_what_cannot_be_run_now_waits_and_more_than_that_is_refused_at_once(database: str, raw: Raw) -> None:
    async with api_on(database, max_operations=2, max_waiting=3) as api:
        transaction = raw.transaction()
        await transaction.start()
        await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        running = [asyncio.create_task(api.post("{ taskCount }")) for _ in range(2)]
        await waiting_for_a_lock(raw, 2)
        waiting = [asyncio.create_task(api.post("{ taskCount }")) for _ in range(4)]
        (refused,), waiting_ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        response = refused.result()
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["errors"][0]["extensions"] == {"code": "OVERLOADED"}
        assert (await api.client.get("/health/live")).status_code == 200
        # One that gives up makes room for another.
        given_up = waiting_.pop()
        given_up.cancel()
        await asyncio.wait([given_up])
        another = asyncio.create_task(api.post("{ taskCount }"))
        await transaction.rollback()
        answers = await asyncio.gather(*running, *waiting_, another)
        assert [answer.json() for answer in answers] == [{"data": {"taskCount": 0}}] * 5


async def test_who_waits_in_vain_is_told_so(database: str, locked: Raw) -> None:
    async with api_on(database, max_operations=1, operation_timeout=1) as api:
        first = asyncio.create_task(api.answer("{ taskCount }"))
        await waiting_for_a_lock(locked, 1)
        second = await api.answer("{ taskCount }")
        assert {second["errors"][0]["extensions"]["code"]} <= {"OVERLOADED", "DEADLINE_EXCEEDED"}
        assert (await first)["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


async def test_a_client_that_goes_while_it_sends_is_no_error(database: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(settings(database)) as served:

        def half() -> None:
            with socket.create_connection(("127.0.0.1", served.port)) as connection:
                connection.sendall(
                    b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                    b'content-length: 100\r\n\r\n{"query"'
                )

        await asyncio.to_thread(half)
        async with httpx.AsyncClient(timeout=60) as client:
            assert (await client.post(served.url, json=COUNT)).json() == {"data": {"taskCount": 0}}
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
