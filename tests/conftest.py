"""A real PostgreSQL, migrated once, and two ways to use it.

`session` is for repositories and loaders: a transaction that is rolled back. Everything that goes through GraphQL or
HTTP runs the production's own transactions on `database`, a clone of the migrated template, of one test at a time.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db, embedded, migrations, models
from gql_api.app import create_app
from gql_api.session import Session, Sessions
from gql_api.settings import Settings
from tests.api import Api
from tests.typed import Typed


def pytest_collection_finish() -> None:
    """Leave what was there before the first test out of garbage collection, which takes a sixth less CPU then."""
    gc.collect()
    gc.freeze()


Raw: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection of the test's own."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Raw]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


class Server:
    """A PostgreSQL server where this test run makes and drops databases under names of its own."""

    def __init__(self, url: str) -> None:
        self._url = db.driver_url(url)
        self._prefix = f"gql_test_{uuid4().hex[:12]}"
        self._made: list[str] = []

    def url(self, name: str) -> str:
        parts = urlsplit(self._url)
        return f"postgresql://{parts.netloc}/{name}?{parts.query}"

    async def create(self, template: str | None = None, options: str = "") -> str:
        name = f"{self._prefix}_{len(self._made)}"
        self._made.append(name)
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}" {options}')
        return name

    async def drop(self, name: str) -> None:
        await self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made[self._made.index(name)] = ""

    async def drop_all(self) -> None:
        for name in filter(None, list(self._made)):
            await self.drop(name)

    async def execute(self, statement: str) -> None:
        async with connected(self._url) as connection:
            await connection.execute(statement)


async def migrated(server: Server) -> str:
    """Make a database that is migrated, and return its name."""
    name = await server.create()
    engine = db.create_engine(server.url(name))
    await migrations.upgrade(engine)
    await engine.dispose()
    return name


class Clones:
    """Databases cloned from the template: emptied and lent again, unless a test has changed more than rows in them."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._free: list[str] = []
        self._untouched: str | None = None

    async def borrow(self) -> str:
        if self._free:
            return self._free.pop()
        name = await self._server.create(self._template)
        if self._untouched is None:
            async with connected(self._server.url(name)) as connection:
                self._untouched = await connection.fetchval(FINGERPRINT)
        return name

    async def give_back(self, name: str) -> None:
        async with connected(self._server.url(name)) as connection:
            try:
                same = await connection.fetchval(FINGERPRINT) == self._untouched
            except asyncpg.UndefinedTableError:
                same = False
            if same:
                await connection.execute(EMPTY)
        if same:
            self._free.append(name)
        else:
            await self._server.drop(name)


EMPTY = "; ".join(
    ["SET lock_timeout = '10s'", *(f"DELETE FROM {table}" for table in reversed(models.Base.metadata.sorted_tables))]
)
"""Deletes all rows, those that refer to others first."""

FINGERPRINT = """
    SELECT string_agg(thing, ',' ORDER BY thing) FROM (
        SELECT concat('class ', relname, relfilenode) AS thing FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat('column ', attrelid, attname, atttypid, attnotnull) FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid AND relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat('constraint ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat('version ', version_num) FROM alembic_version
        UNION ALL SELECT concat('proc ', proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat('trigger ', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    ) things"""
"""What there is in a database besides rows."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A working folder that anybody can get to: pytest's own is closed when root runs it."""
    with TemporaryDirectory(prefix="gql-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Typed:
    return Typed(monkeypatch, capsys, folder)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    if url := environ.get("DATABASE_URL"):
        yield url
        return
    # Not below pytest's own folder: that of root lets nobody in, and PostgreSQL runs as `nobody` there.
    with TemporaryDirectory(prefix="gql-test-") as folder, embedded.running(Path(folder), durable=False) as url:
        yield url


@pytest.fixture(scope="session")
async def server(server_url: str) -> AsyncIterator[Server]:
    server = Server(server_url)
    try:
        yield server
    finally:
        await server.drop_all()


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    """The name of a migrated database that nobody is connected to."""
    return await migrated(server)


@pytest.fixture(scope="session")
async def shared_engine(server: Server, template: str) -> AsyncIterator[AsyncEngine]:
    """A migrated database for the tests that are rolled back."""
    engine = db.create_engine(server.url(await server.create(template)))
    yield engine
    await engine.dispose()


@pytest.fixture
async def session(shared_engine: AsyncEngine) -> AsyncIterator[Session]:
    """A session inside a transaction that is rolled back, whatever happens in it."""
    session = db.create_sessions(shared_engine)()
    await session.begin("BEGIN")
    yield session
    await session.close()


@pytest.fixture(scope="session")
def clones(server: Server, template: str) -> Clones:
    return Clones(server, template)


@pytest.fixture
async def database(server: Server, clones: Clones) -> AsyncIterator[str]:
    """The address of a migrated, empty database of this test's own."""
    name = await clones.borrow()
    yield server.url(name)
    await clones.give_back(name)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = db.create_engine(database)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return db.create_sessions(engine)


def settings(database: str, pool_size: int = 10, **others: Any) -> Settings:
    """The settings of `dev`, on a database; but no explorer, since most tests need none, and all would make one. What
    is executed once here is compiled nevertheless.
    """
    usual = {"pool_timeout": 60, "operation_timeout": 60, "compile_operations": "always"}  # however slow the machine is
    given = Settings(
        database_url=SecretStr(database), pool_size=pool_size, data_dir=Path("/nowhere"), **{**usual, **others}
    )
    return given.or_else(explorer=False, introspection=True, suggestions=True)


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[FastAPI]:
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def api_on(database: str, pool_size: int = 10, **others: Any) -> AsyncIterator[Api]:
    """The application on a database, spoken to over HTTP."""
    async with started(create_app(settings(database, pool_size, **others))) as app:
        transport = ASGITransport(app, raise_app_exceptions=True)
        async with AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            yield Api(client, app.state.sessions.engine)


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    async with api_on(database) as api:
        yield api


@pytest.fixture
async def raw(database: str) -> AsyncIterator[Raw]:
    """To look at the database from outside, and to get in the way."""
    async with connected(database) as connection:
        yield connection


KILL_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
"""Ends all other connections to this database, as a restart of the server would."""


async def waiting_for_a_lock(raw: Raw, count: int) -> None:
    """Wait until so many of this database's connections wait for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while await raw.fetchval(waiting) < count:
        await asyncio.sleep(0.01)
        await raw.execute("SELECT pg_stat_clear_snapshot()")
