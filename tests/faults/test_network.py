"""The network fails between us and PostgreSQL: nothing acknowledged is lost, and what is in doubt is told so."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.api import ERROR, Api
from tests.conftest import Raw, api_on
from tests.faults.conftest import bounded, code, is_well
from tests.faults.postgres import Postgres
from tests.faults.proxy import Link, When, proxied

CREATE = f"""mutation ($key: String) {{ createTask(input: {{title: "Fern", tags: ["green"]}}, idempotencyKey: $key) {{
    ... on TaskSuccess {{ task {{ title tags {{ name }} category {{ name }} }} replayed }} {ERROR} }} }}"""
BROKEN = pytest.mark.parametrize("happening", [Link.cut, Link.half_close])


async def warm(api: Api) -> None:
    """Let there be connections, and let them know their statements."""
    await asyncio.gather(*(api.data("{ taskCount }") for _ in range(3)))


@BROKEN
@pytest.mark.parametrize(
    ("word", "when"),
    [("BEGIN", When.SENT), ("BEGIN", When.ANSWERED), ("BEGIN", When.AFTER), ("INSERT INTO tasks", When.AFTER)],
)
async def test_what_is_lost_before_the_commit_is_done_again(
    postgres: Postgres, name: str, raw: Raw, word: str, when: When, happening: Callable[[Link], None]
) -> None:
    async with proxied(postgres.socket, name) as (proxy, url), api_on(url, pool_size=3) as api:
        await warm(api)
        proxy.plan(word, when, happening)
        answer = await bounded(api.answer(CREATE), 30)
        assert proxy.happened == 1, answer
        assert answer["data"]["createTask"]["task"] == {"title": "Fern", "tags": [{"name": "green"}], "category": None}
        assert await raw.fetchval("SELECT count(*) FROM tasks JOIN task_tags ON task_id = id") == 1
        await is_well(api)


@BROKEN
@pytest.mark.parametrize(("when", "saved"), [(When.SENT, False), (When.ANSWERED, True)])
async def test_a_commit_without_an_answer_is_in_doubt_and_the_key_tells(
    postgres: Postgres, name: str, raw: Raw, when: When, saved: bool, happening: Callable[[Link], None]
) -> None:
    async with proxied(postgres.socket, name) as (proxy, url), api_on(url, pool_size=3) as api:
        await warm(api)
        proxy.plan("COMMIT;", when, happening)
        answer = await bounded(api.answer(CREATE, key="once"), 30)
        assert proxy.happened == 1, answer
        assert code(answer) == "UNAVAILABLE"
        (error,) = answer["errors"]
        assert error["extensions"]["committed"] is None
        assert "may be saved or not" in error["message"]
        assert await raw.fetchval("SELECT count(*) FROM tasks") == saved
        again = await api.field(CREATE, key="once")
        assert again["replayed"] is saved
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 1
        await is_well(api)


@BROKEN
async def test_what_is_lost_after_the_commit_is_saved_and_told_so(
    postgres: Postgres, name: str, raw: Raw, happening: Callable[[Link], None]
) -> None:
    async with proxied(postgres.socket, name) as (proxy, url), api_on(url, pool_size=3) as api:
        await warm(api)
        proxy.plan("COMMIT;", When.AFTER, happening)
        answer = await bounded(api.answer(CREATE), 30)
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 1
        if code(answer) is not None:  # its tags may have been read by another connection
            assert answer["errors"][0]["extensions"]["committed"] is True
        await is_well(api)


@pytest.mark.parametrize(
    ("word", "when"),
    [
        ("BEGIN", When.SENT),
        ("SELECT", When.ANSWERED),
        ("COMMIT;", When.SENT),
        ("COMMIT;", When.ANSWERED),
        ("ROLLBACK", When.SENT),
    ],
)
async def test_what_stalls_ends_with_the_deadline(
    postgres: Postgres, name: str, raw: Raw, word: str, when: When
) -> None:
    """Whatever it was doing; even the request to cancel gets no answer, since it is sent the same way."""
    async with proxied(postgres.socket, name) as (proxy, url), api_on(url, pool_size=3) as api:
        await warm(api)
        proxy.plan(word, when, Link.stall)
        answer = await bounded(api.answer(CREATE))
        assert proxy.happened == 1, answer
        assert code(answer) in {None, "DEADLINE_EXCEEDED", "UNAVAILABLE"}
        assert await raw.fetchval("SELECT count(*) FROM tasks") <= 1
        await is_well(api)


async def test_who_reads_when_the_network_fails_once_does_not_notice(postgres: Postgres, name: str) -> None:
    async with proxied(postgres.socket, name) as (proxy, url), api_on(url, pool_size=3) as api:
        await warm(api)
        proxy.plan("BEGIN", When.SENT, Link.cut)
        answer: dict[str, Any] = await bounded(api.answer("{ taskCount tasks { title } }"), 30)
        assert proxy.happened == 1, answer
        assert code(answer) is None
        await is_well(api)
