"""Databases with demo data; and what graphql-core itself leaves behind."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gql_api import db, seed
from gql_api.session import Sessions
from tests.conftest import Server
from tests.execution.ours import Values

# Coroutines that were made, and that nobody awaited, where null spread and where it was stopped: graphql-core leaves
# some, and so do the resolvers of these tests. Compiled operations leave one kind of theirs: an asynchronous list in an
# asynchronous list that is given up.
OURS = r"(?!Run\.(?!_collected)|Execution\.)"
FORGOTTEN = [
    (f"coroutine '{OURS}", "RuntimeWarning"),
    (f"Exception ignored in. <coroutine object {OURS}", "pytest.PytestUnraisableExceptionWarning"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            # What fails is made smaller before it is shown, and soaking takes long: neither hangs.
            item.add_marker(pytest.mark.timeout(7_200))
            for message, category in FORGOTTEN:
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{message}:{category}"))


@pytest.fixture(autouse=True)
def what_a_test_forgets_is_told_of_it() -> Iterator[None]:
    yield
    gc.collect()


@asynccontextmanager
async def sessions_on(url: str) -> AsyncIterator[Sessions]:
    engine = db.create_engine(url)
    yield db.create_sessions(engine)
    await engine.dispose()


@pytest.fixture(scope="module")
async def filled(server: Server, template: str) -> str:
    """The name of a database with demo data, that nobody is connected to: to be cloned."""
    name = await server.create(template)
    async with sessions_on(server.url(name)) as sessions:
        await seed.fill_if_empty(sessions)
    return name


@pytest.fixture(scope="module")
async def twins(server: Server, filled: str) -> AsyncIterator[tuple[Sessions, Sessions]]:
    """Two databases that are the same, to the last id and moment."""
    names = [await server.create(filled) for _ in range(2)]
    async with sessions_on(server.url(names[0])) as one, sessions_on(server.url(names[1])) as other:
        yield one, other
    for name in (*names, filled):
        await server.drop(name)


@pytest.fixture(scope="module")
async def values(twins: tuple[Sessions, Sessions]) -> Values:
    return await Values.of(twins[0])
