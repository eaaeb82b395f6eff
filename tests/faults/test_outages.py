"""PostgreSQL is stopped, crashes, is frozen: under load nothing acknowledged is lost, and afterwards all is well."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import serving
from tests.conftest import api_on, connected
from tests.faults.conftest import bounded, code, is_well, nothing_is_open, until
from tests.faults.postgres import FAST, IMMEDIATE, Postgres

CREATE = """mutation ($input: [CreateTaskInput!]!) { createTasks(input: $input) {
    ... on CreateTasksSuccess { tasks { id } } } }"""
CLIENTS = 6
BATCH = 3
BACK_WITHIN = 10.0
"""Seconds after the database's return. It is about one, for processes that are busy with nothing else."""


@dataclass
class Load:
    """Clients that create tasks all the time, and what they were told."""

    address: str
    client: httpx.AsyncClient
    acknowledged: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    """What was said to be not saved, for certain."""
    failures: int = 0
    last_success: float = 0

    async def run(self, number: int) -> None:
        for turn in count():
            title = f"{number}-{turn}"
            each = {"title": title, "tags": [f"tag {title}"]}
            answer = await self._answer({"input": [each] * BATCH})
            if code(answer) is None:
                self.acknowledged.add(title)
                self.last_success = time.monotonic()
                continue
            self.failures += 1
            for error in answer["errors"]:
                if error["extensions"].get("committed", False) is True:
                    self.acknowledged.add(title)
                elif "committed" not in error["extensions"]:
                    self.refused.add(title)
            await asyncio.sleep(0.02)

    async def _answer(self, variables: dict[str, Any]) -> dict[str, Any]:
        response = await self.client.post(self.address, json={"query": CREATE, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def goes_on(self, moment: float) -> float:
        """Wait for a success after this moment, and return when that was."""

        async def went_on() -> bool:
            return self.last_success > moment

        await until(went_on)
        return self.last_success


@asynccontextmanager
async def loaded(address: str) -> AsyncIterator[Load]:
    async with httpx.AsyncClient(timeout=60) as client:
        load = Load(address, client)
        clients = [asyncio.create_task(load.run(number)) for number in range(CLIENTS)]
        try:
            await load.goes_on(0)
            yield load
        finally:
            for each in clients:
                each.cancel()
            ended = await asyncio.gather(*clients, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended


async def test_nothing_is_lost_when_the_database_is_started_anew(
    postgres: Postgres, database: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After it was stopped in good order, and after a crash."""
    with serving("serve", "--workers", "2", cwd=folder, DATABASE_URL=database) as served:
        async with loaded(served.address) as load:
            for how in (FAST, IMMEDIATE):
                before = load.failures
                await asyncio.sleep(0.5)
                await asyncio.to_thread(postgres.stop, how)
                await asyncio.sleep(0.5)
                await asyncio.to_thread(postgres.start)
                back = time.monotonic()
                took = await load.goes_on(back) - back
                with capsys.disabled():
                    print(f"\n  {how.name}: {load.failures - before} failures, back after {took:.2f} s")  # noqa: T201
                assert load.failures > before
                assert took < BACK_WITHIN
            await asyncio.sleep(0.5)
    assert not [line for line in served.lines() if "never retrieved" in line or "never awaited" in line]
    async with connected(database) as raw:
        found = await raw.fetch("""SELECT title, count(*) AS tasks, count(name) AS tags FROM tasks
            LEFT JOIN task_tags ON task_id = tasks.id LEFT JOIN tags ON tags.id = tag_id AND name = 'tag ' || title
            GROUP BY title""")
        saved = {row["title"] for row in found}
        assert {(row["tasks"], row["tags"]) for row in found} == {(BATCH, BATCH)}
        assert not load.acknowledged - saved
        assert not load.refused & saved
        assert await raw.fetchval("SELECT count(*) FROM tags") == len(saved)


async def test_while_it_is_stopped_all_is_unavailable(postgres: Postgres, database: str) -> None:
    async with api_on(database, pool_size=3) as api:
        await api.create_task()
        await asyncio.to_thread(postgres.stop)
        try:
            for _ in range(5):
                assert code(await bounded(api.answer("{ taskCount }"), 30)) == "UNAVAILABLE"
                assert code(await bounded(api.answer('mutation { deleteTask(id: "VGFzazox") { __typename } }'), 30))
        finally:
            await asyncio.to_thread(postgres.start)
        await is_well(api)
        assert await api.field("{ taskCount }") == 1


WRITE = 'mutation { createTask(input: {title: "Fern"}) { ... on TaskSuccess { task { title } } } }'


async def test_while_it_is_frozen_each_operation_ends(postgres: Postgres, database: str) -> None:
    """With connections that are there, and with some that have to be made: more than the pool has, in three rounds."""
    async with api_on(database, pool_size=4, pool_timeout=5) as api:
        await asyncio.gather(*(api.data("{ taskCount }") for _ in range(2)))
        with postgres.frozen():
            for _ in range(2):
                answers = await asyncio.gather(
                    *(bounded(api.answer(query)) for query in ("{ tasks { title } }", WRITE) * 4)
                )
                assert {code(each) for each in answers} <= {"DEADLINE_EXCEEDED", "UNAVAILABLE"}
        await is_well(api)


async def test_what_it_was_doing_when_it_froze_ends_too(postgres: Postgres, database: str) -> None:
    async with api_on(database, pool_size=4) as api, connected(database) as raw:
        await raw.execute("""
            CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.01 * random()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION dawdle()""")
        for _ in range(3):
            asked = [asyncio.create_task(bounded(api.answer(WRITE))) for _ in range(12)]
            await asyncio.sleep(0.03)
            with postgres.frozen():
                answers = await asyncio.gather(*asked)
            assert {code(each) for each in answers} <= {None, "DEADLINE_EXCEEDED", "UNAVAILABLE"}
            acknowledged = sum(code(each) is None for each in answers)
            await is_well(api)
            await nothing_is_open(raw)
            assert await raw.fetchval("SELECT count(*) FROM tasks") >= acknowledged


async def test_an_application_stops_though_the_database_is_frozen(postgres: Postgres, database: str) -> None:
    with ExitStack() as stack:
        async with asyncio.timeout(60), api_on(database, pool_size=2) as api:
            await asyncio.gather(*(api.data("{ taskCount }") for _ in range(2)))
            stack.enter_context(postgres.frozen())
