"""A PostgreSQL that these tests may do anything to. They are run by `make faults`, and not among the others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gql_api.driver import ENDING
from tests.api import Api
from tests.conftest import Raw, Server, connected, migrated
from tests.faults.postgres import Postgres

DEADLINE = 1.0
"""Seconds that an operation has where its end is what is tested."""

SLACK = 5.0
"""Seconds for a busy machine. What is promised is DEADLINE + ENDING."""

WORDS = ("asyncpg", "sqlalchemy", "connection", "postgres", "transaction", "traceback", "insert", "select", "commit ")
"""What an answer must not have in it."""

KNOWN = {"UNAVAILABLE", "DEADLINE_EXCEEDED"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with TemporaryDirectory(prefix="gql-faults-") as folder, TemporaryDirectory(prefix="gql-faults-") as sockets:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder), Path(sockets))
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()


@pytest.fixture(scope="session")
async def server(postgres: Postgres) -> Server:
    return Server(postgres.url("postgres"))


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    return await migrated(server)


@pytest.fixture
async def name(server: Server, template: str) -> AsyncIterator[str]:
    """The name of a database of this test's own."""
    name = await server.create(template)
    yield name
    await server.drop(name)


@pytest.fixture
def database(server: Server, name: str) -> str:
    return server.url(name)


@pytest.fixture
async def raw(database: str) -> AsyncIterator[Raw]:
    async with connected(database) as connection:
        yield connection


@pytest.fixture(autouse=True)
async def nothing_forgotten(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Fail when something went wrong that nobody looked at: a task's exception, a connection for the collector."""
    yield
    logged = [record for record in caplog.get_records("call") if record.name in {"asyncio", "sqlalchemy.pool"}]
    assert not [record.getMessage() for record in logged if record.levelno >= logging.ERROR]


async def bounded(work: Awaitable[Any], deadline: float = DEADLINE) -> Any:
    """Do what the server does with an operation: cancel it after the deadline. It must then end, and soon."""
    began = asyncio.get_running_loop().time()
    try:
        return await asyncio.wait_for(work, deadline)
    except TimeoutError:
        return {"errors": [{"extensions": {"code": "DEADLINE_EXCEEDED"}}]}
    finally:
        took = asyncio.get_running_loop().time() - began
        assert took < deadline + ENDING + SLACK, took


def code(answer: dict[str, Any]) -> str | None:
    """Return the code of an answer's first error, which must be one of these here; None when there is none."""
    if "errors" not in answer:
        return None
    told = str(answer["errors"]).lower()
    assert not [word for word in WORDS if word in told], told
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes <= KNOWN, answer
    return str(min(codes))


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def nothing_is_open(raw: Raw) -> None:
    """Wait until no connection of ours is in a transaction, or in a statement that was given up."""

    async def closed() -> bool:
        query = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'gql-api' AND state <> 'idle'"""
        return not await raw.fetchval(query)

    await until(closed)


async def is_well(api: Api) -> None:
    """All of the pool can be used at once, and then nothing is lent."""
    size = api.engine.pool.size()  # type: ignore[attr-defined]

    async def codes() -> set[str | None]:
        query = "{ tasks { title category { name } } }"
        return {code(each) for each in await asyncio.gather(*(bounded(api.answer(query), 30) for _ in range(size)))}

    async def answers() -> bool:
        return code(await api.answer("{ taskCount }")) is None

    await until(answers)
    # A connection that was lost while nobody used it is found out once, and then none of its time is used any more.
    await codes()
    assert await codes() == {None}
    assert api.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
