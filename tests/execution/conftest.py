"""Databases with demo data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gql_api import db, seed
from gql_api.db import Sessions
from tests.conftest import Server
from tests.execution.ours import Values


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
