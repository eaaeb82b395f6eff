"""A backend of PostgreSQL is ended in the middle of what it does for us, or cannot do it."""

import asyncio
from typing import Any

import pytest

from tests.api import ERROR, Api
from tests.conftest import KILL_OTHERS, Raw, api_on, waiting_for_a_lock
from tests.faults.conftest import bounded, code, is_well

READS = {"a root field": "{ tasks { title } }", "a loader": "{ categories { name taskCount } }"}
CREATE = f"""mutation {{ createTask(input: {{title: "Fern", tags: ["green"]}}) {{
    ... on TaskSuccess {{ task {{ title tags {{ name }} }} }} {ERROR} }} }}"""

WITHIN_A_COMMIT = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait()"""
"""Lets each commit that adds a task wait until nobody holds the lock."""


async def in_the_middle(api: Api, raw: Raw, query: str, lock: str) -> dict[str, Any]:
    """Return the answer of an operation that waits for this lock when its connection is ended, and all others."""
    async with raw.transaction():
        await raw.execute(lock)
        asked = asyncio.create_task(bounded(api.answer(query), 30))
        await waiting_for_a_lock(raw, 1)
        await raw.execute(KILL_OTHERS)
    return dict(await asked)


@pytest.mark.parametrize("query", READS.values(), ids=READS)
async def test_in_the_middle_of_a_read_it_is_done_again(database: str, raw: Raw, query: str) -> None:
    async with api_on(database, pool_size=3) as api:
        await api.create_task(category={"create": {"name": "Home"}})
        answer = await in_the_middle(api, raw, query, "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        assert code(answer) is None
        await is_well(api)


async def test_in_the_middle_of_a_write_it_is_done_again(database: str, raw: Raw) -> None:
    async with api_on(database, pool_size=3) as api:
        answer = await in_the_middle(api, raw, CREATE, "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        assert answer["data"]["createTask"]["task"] == {"title": "Fern", "tags": [{"name": "green"}]}
        assert await raw.fetchval("SELECT count(*) FROM tasks JOIN task_tags ON task_id = id") == 1
        await is_well(api)


async def test_in_the_middle_of_a_commit_it_is_in_doubt(database: str, raw: Raw) -> None:
    await raw.execute(WITHIN_A_COMMIT)
    async with api_on(database, pool_size=3) as api:
        answer = await in_the_middle(api, raw, CREATE, "SELECT pg_advisory_xact_lock(1)")
        assert code(answer) == "UNAVAILABLE"
        (error,) = answer["errors"]
        assert error["extensions"]["committed"] is None
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 0
        await is_well(api)


@pytest.mark.parametrize("state", ["53100", "53200", "53300", "57014", "57P03", "25006", "55P03", "58030"])
async def test_what_it_cannot_do_now_is_not_tried_again(database: str, raw: Raw, state: str) -> None:
    await raw.execute(f"""
        CREATE SEQUENCE tries;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM nextval('tries'); RAISE 'the secret of the disk' USING ERRCODE = '{state}'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()""")
    async with api_on(database, pool_size=3) as api:
        answer = await api.answer(CREATE)
        assert code(answer) == "UNAVAILABLE"
        assert "secret" not in str(answer)
        assert "committed" not in answer["errors"][0]["extensions"]
        assert await raw.fetchval("SELECT last_value FROM tries") == 1
        await is_well(api)


async def test_a_transaction_that_is_in_anothers_way_is_tried_four_times(database: str, raw: Raw) -> None:
    await raw.execute("""
        CREATE SEQUENCE tries;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF nextval('tries') <> 4 THEN RAISE 'x' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()""")
    async with api_on(database, pool_size=3) as api:
        assert code(await api.answer(CREATE)) is None
        assert code(await api.answer(CREATE)) == "UNAVAILABLE"
        assert await raw.fetchval("SELECT last_value FROM tries") == 8
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 1


async def test_where_all_connections_are_lent_the_answer_is_unavailable(database: str, raw: Raw) -> None:
    async with api_on(database, pool_size=3, pool_timeout=0.5) as api:
        await api.create_task()
        async with raw.transaction():
            await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
            held = [asyncio.create_task(api.answer("{ tasks { title } }")) for _ in range(3)]
            await waiting_for_a_lock(raw, 3)
            assert code(await bounded(api.answer("{ taskCount }"), 30)) == "UNAVAILABLE"
            assert code(await bounded(api.answer(CREATE), 30)) == "UNAVAILABLE"
        assert [code(await each) for each in held] == [None] * 3
        await is_well(api)
