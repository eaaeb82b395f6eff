"""Behind PgBouncer in transaction mode, with the entrypoint and the configuration that are shipped.

PgBouncer lends a connection of the server, and so a session, for one transaction at a time. Two are enough here.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from configparser import ConfigParser
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from sqlalchemy import text

from gql_api import db, embedded
from gql_api.schema import global_id
from tests.api import ERROR, Api
from tests.command import PROJECT, run, serving
from tests.conftest import Raw, api_on, waiting_for_a_lock

SHIPPED = PROJECT / "deploy" / "pgbouncer"
# Not every user's PATH has the programs of the system.
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="There is no PgBouncer here: apt-get install pgbouncer")

PASSWORD = """p@ss"w'ord\\n %40$1"""  # noqa: S105 - nobody's
"""Everything that would have to be quoted somewhere, for servers that ask for no password themselves."""

QUERY = """{ tasks(limit: 50, orderBy: [{createdAt: ASC}]) { title category { name taskCount } tags { name } }
    categories { name taskCount } taskCount }"""
CREATE = f"""mutation ($input: CreateTaskInput!) {{
    createTask(input: $input) {{ ... on TaskSuccess {{ task {{ title category {{ name }} }} }} {ERROR} }} }}"""
FAIL = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boom'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON tasks FOR EACH ROW WHEN (NEW.title = 'boom') EXECUTE FUNCTION fail()"""
SESSIONS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
SESSION = "SELECT pg_backend_pid() AS session, (SELECT count(*) FROM pg_prepared_statements) AS statements"


@contextmanager
def pooler(folder: Path, server: Raw, **others: object) -> Iterator[str]:
    """Run PgBouncer before the server of a connection, and give the address of the connection's database there.

    Only places and sizes differ from what is shipped.
    """
    assert PROGRAM is not None
    here = {"listen_addr": "", "unix_socket_dir": folder, "auth_file": folder / "users", "default_pool_size": 2}
    entrypoint, configuration = shutil.copy(SHIPPED / "entrypoint.sh", folder), folder / "pgbouncer.ini"
    with configuration.open("w") as file:
        configuration_for(server, **here | others).write(file)
    parameters = server._params  # type: ignore[attr-defined]
    user, password, database = parameters.user, parameters.password or PASSWORD, parameters.database
    stop = re.findall(r"^STOPSIGNAL (\w+)$", (SHIPPED / "Dockerfile").read_text(), re.MULTILINE)[-1]
    owner = embedded._Owner()
    owner.own(folder)
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [entrypoint, configuration],
            env={"PATH": f"{Path(PROGRAM).parent}:{os.defpath}", "POSTGRES_USER": user, "POSTGRES_PASSWORD": password},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **owner.popen_options(),
        )
    try:
        while not listening(folder / ".s.PGSQL.6432"):
            assert process.poll() is None, (folder / "pgbouncer.log").read_text()
            time.sleep(0.01)
        yield f"postgresql://{quote(user)}:{quote(password, safe='')}@/{database}?host={quote(str(folder))}&port=6432"
        process.send_signal(signal.Signals[stop])
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()


def listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def configuration_for(server: Raw, **here: object) -> ConfigParser:
    """Return what is shipped, with the server's place and with what is other here."""
    read = ConfigParser(delimiters="=", interpolation=None)
    read.read(SHIPPED / "pgbouncer.ini")
    match server._addr:  # type: ignore[attr-defined]
        case (host, port):
            read["databases"]["*"] = f"host={host} port={port}"
        case path:
            read["databases"]["*"] = f"host={Path(path).parent} port={Path(path).suffix[1:]}"
    for key, value in here.items():
        assert key in read["pgbouncer"], key
        read["pgbouncer"][key] = str(value)
    if version() < (1, 21):
        del read["pgbouncer"]["max_prepared_statements"]  # it can do no other than 0
    return read


def version() -> tuple[int, ...]:
    assert PROGRAM is not None
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    assert found is not None, said
    return tuple(int(part) for part in found.groups())


@pytest.fixture
def pooled(folder: Path, raw: Raw) -> Iterator[str]:
    with pooler(folder, raw) as url:
        yield url


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Raw]:
    """Another client of PgBouncer's."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


async def statements_kept(url: str) -> int:
    """Count the prepared statements of both sessions. They are held at once: one might answer twice otherwise."""
    async with client(url) as one, client(url) as other, one.transaction(), other.transaction():
        (here,), (there,) = await one.fetch(SESSION), await other.fetch(SESSION)
    assert here["session"] != there["session"]
    return int(here["statements"] + there["statements"])


def operation(n: int) -> tuple[str, dict[str, Any]]:
    match n % 6:
        case 0:
            return CREATE, {"input": {"title": f"New {n}", "category": {"name": "home"}, "tags": ["a", f"b{n}"]}}
        case 1:
            return CREATE, {"input": {"title": "x", "category": {"create": {"name": "HOME"}}}}
        case 2:
            return CREATE, {"input": {"title": "boom", "category": {"create": {"name": f"Lost {n}"}}, "tags": ["lost"]}}
        case 3:
            return 'query ($id: ID!) { task(id: $id) { title } node(id: "zzz") { id } }', {
                "id": global_id.encode("Task", 1)
            }
        case _:
            return QUERY, {}


def check(n: int, answer: dict[str, Any]) -> None:
    match n % 6:
        case 0:
            task = {"title": f"New {n}", "category": {"name": "Home"}}
            assert answer == {"data": {"createTask": {"__typename": "TaskSuccess", "task": task}}}
        case 1:
            assert answer["data"]["createTask"]["code"] == "ALREADY_EXISTS"
        case 2:
            assert answer["data"] == {"createTask": None}
            assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        case 3:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_ID"]
        case _:
            assert "errors" not in answer, answer["errors"]
            data = answer["data"]
            assert {category["name"] for category in data["categories"]} == {"Home", "Garden"}
            # One snapshot for all its reads, though each of its transactions may have another session.
            assert sum(category["taskCount"] for category in data["categories"]) == data["taskCount"]


async def load(api: Api) -> None:
    operations = [operation(n) for n in range(60)]
    answers = await asyncio.gather(*(api.answer(query, **variables) for query, variables in operations))
    for n, answer in enumerate(answers):
        check(n, answer)


async def test_sixty_operations_at_once_share_two_connections(pooled: str, raw: Raw) -> None:
    await raw.execute(FAIL)
    async with api_on(pooled, pool_size=10, transaction_pooling=True) as api:
        await api.create_category("Home")
        await api.create_category("Garden")
        for _ in range(2):
            await load(api)
        assert api.engine.pool.checkedin() == 10  # type: ignore[attr-defined]
        assert await raw.fetchval(SESSIONS) == 2
    assert await raw.fetchval("SELECT count(*) FROM tasks") == 20
    assert await raw.fetchval("SELECT count(*) FROM categories") == 2
    assert await raw.fetchval("SELECT count(*) FROM tags") == 11
    assert await statements_kept(pooled) == 0


@pytest.mark.parametrize("setting", [True, False])
async def test_two_transactions_of_a_connection_may_have_two_sessions(pooled: str, setting: bool) -> None:
    """Without the setting the pooler refuses what is asked of a session."""
    async with api_on(pooled, pool_size=1, transaction_pooling=setting) as api, client(pooled) as other:
        first = await api.answer(QUERY)
        async with other.transaction():
            second = await api.answer(QUERY)
    if setting:
        assert first == {"data": {"tasks": [], "categories": [], "taskCount": 0}}
        assert second == first
    else:
        assert first["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def test_a_session_is_as_the_api_wants_it_whatever_another_client_made_of_it(pooled: str) -> None:
    engine = db.create_engine(pooled, transaction_pooling=True)
    async with client(pooled) as other:
        await other.execute("SET TIME ZONE 'Asia/Tokyo'; SET application_name = 'other'")
        async with engine.connect() as connection:
            wanted = await connection.execute(
                text("SELECT current_setting('timezone'), current_setting('application_name')")
            )
            assert tuple(wanted.one()) == ("UTC", "gql-api")
    await engine.dispose()


async def test_an_operation_that_is_given_up_takes_no_other_along(pooled: str, raw: Raw) -> None:
    async with api_on(pooled, transaction_pooling=True) as api:
        await api.create_task()
        async with raw.transaction():
            await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
            given_up, kept = (asyncio.create_task(api.data("{ tasks { title } }")) for _ in range(2))
            await waiting_for_a_lock(raw, 2)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
        assert await kept == {"tasks": [{"title": "Water the plants"}]}
        assert await api.data("{ tasks { title } }") == await kept


async def test_where_no_session_is_lent_in_time_the_answer_is_unavailable(folder: Path, raw: Raw) -> None:
    with pooler(folder, raw, default_pool_size=1, query_wait_timeout=1) as url:
        async with api_on(url, transaction_pooling=True) as api, client(url) as other:
            async with other.transaction():
                assert (await api.error(QUERY))["extensions"]["code"] == "UNAVAILABLE"
            assert await api.data("{ taskCount }") == {"taskCount": 0}


async def test_the_server_bounds_transactions_behind_it_too(pooled: str) -> None:
    """A pooler refuses such a setting on connecting, so each transaction has it, and leaves none behind."""
    bounds = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
    engine = db.create_engine(pooled, transaction_pooling=True, statement_timeout=1)
    async with client(pooled) as other:
        for _ in range(2):
            async with engine.connect() as connection:
                assert tuple((await connection.execute(text(bounds))).one()) == ("6s", "6s")
            assert [tuple(row) for row in await other.fetch(bounds)] == [("0", "0")]
    await engine.dispose()


async def test_it_stops_though_clients_stay(folder: Path, raw: Raw) -> None:
    with pooler(folder, raw) as url:
        idle = await asyncpg.connect(url)
    idle.terminate()


async def test_a_wrong_password_is_refused(pooled: str) -> None:
    with pytest.raises(asyncpg.PostgresError, match="SASL authentication failed"):
        await asyncpg.connect(pooled, password="wrong")  # noqa: S106 - that is what it is


async def test_serving_twice(pooled: str, folder: Path) -> None:
    """The second server meets the sessions of the first: names of statements would be taken."""
    for count in range(2):
        with serving(
            "serve", "--workers", "1", cwd=folder, DATABASE_URL=pooled, GQL_API_TRANSACTION_POOLING="true"
        ) as served:
            assert served.ask("{ taskCount }") == {"taskCount": count}
            served.ask('mutation { createTask(input: {title: "x"}) { __typename } }')


def test_who_forgets_the_setting_is_told_of_it_before_anything_is_served(pooled: str, folder: Path) -> None:
    refused = run("serve", cwd=folder, DATABASE_URL=pooled)
    assert refused.returncode == 1
    assert "is a pooler: set GQL_API_TRANSACTION_POOLING=true" in refused.stderr
