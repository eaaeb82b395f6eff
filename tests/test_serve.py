"""`gql-api serve`, as it runs in production: real processes on a database of one's own. And `dev --reload`."""

import asyncio
import shutil
import signal
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from gql_api import migrations
from tests.command import PROJECT, Served, serving
from tests.conftest import Raw, Server, connected, waiting_for_a_lock
from tests.typed import Typed


def workers(served: Served) -> list[psutil.Process]:
    return [
        child for child in psutil.Process(served.process.pid).children() if "spawn_main" in " ".join(child.cmdline())
    ]


def test_it_needs_a_database(typed: Typed, folder: Path) -> None:
    refused = typed("serve")
    assert (refused.code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("gql-api: DATABASE_URL is not set")
    assert len(refused.stderr.splitlines()) == 1
    assert not list(folder.iterdir())


async def test_it_starts_on_a_migrated_database_only_unless_told_to_migrate(
    server: Server, typed: Typed, folder: Path
) -> None:
    url = server.url(await server.create())

    def use() -> None:
        refused = typed("serve", DATABASE_URL=url)
        assert refused.code == 1
        assert "has not been migrated yet. Run: gql-api migrate up, or gql-api serve --migrate" in refused.stderr
        assert typed("migrate", "up", "0001", DATABASE_URL=url).code == 0
        behind = typed("serve", DATABASE_URL=url)
        assert behind.code == 1
        assert f"is at revision 0001, not {migrations.head()}" in behind.stderr
        with serving("serve", "--migrate", "--workers", "1", cwd=folder, DATABASE_URL=url) as served:
            assert f"Migrated from 0001 to {migrations.head()}." in served.said
            assert served.ask("{ taskCount categories { id } }") == {"taskCount": 0, "categories": []}
            page = httpx.get(served.address, headers={"accept": "text/html"}, timeout=60)
            assert (page.status_code, "<html" in page.text) == (406, False)
            refused = httpx.post(
                served.address, json={"query": "{ __schema { queryType { name } } }"}, timeout=60
            ).json()
            assert "introspection has been disabled" in refused["errors"][0]["message"]
            assert workers(served) == []
            assert "Traceback" not in served.stop(signal.SIGINT)
        assert not list(folder.iterdir())

    await asyncio.to_thread(use)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - it is refused
async def test_it_does_not_listen_for_everybody_without_a_token(typed: Typed, database: str, host: str) -> None:
    refused = await asyncio.to_thread(typed, "serve", "--host", host, DATABASE_URL=database)
    assert refused.code == 1
    assert "set GQL_API_TOKENS, or say --public" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("allowed", [{"GQL_API_TOKENS": "secret-of-ours"}, {"GQL_API_PUBLIC": "true"}])
async def test_it_does_with_one_or_when_told_to(database: str, folder: Path, allowed: dict[str, Any]) -> None:
    def use() -> None:
        host = "0.0.0.0"  # noqa: S104 - for a moment
        with serving("serve", "--host", host, "--workers", "1", cwd=folder, DATABASE_URL=database, **allowed) as served:
            headers = {"authorization": "Bearer secret-of-ours"}
            address = served.address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
            ask = {"query": "{ taskCount }"}
            assert httpx.post(address, json=ask, headers=headers, timeout=60).json() == {"data": {"taskCount": 0}}
            without = httpx.post(address, json=ask, timeout=60).status_code
            assert without == (401 if "GQL_API_TOKENS" in allowed else 200)
            assert "secret-of-ours" not in served.stop()

    await asyncio.to_thread(use)


async def test_several_workers_answer_and_one_that_dies_is_replaced(database: str, folder: Path) -> None:
    def use() -> None:
        with serving(
            "serve",
            cwd=folder,
            DATABASE_URL=database,
            GQL_API_WORKERS="3",
            GQL_API_POOL_SIZE="7",
            GQL_API_EXPLORER="true",
        ) as served:
            assert served.said[-2].endswith("at most 21 connections")
            assert served.said[-1].endswith(", 3 workers")
            until_started(served, 3)
            assert "<html" in httpx.get(served.address, headers={"accept": "text/html"}, timeout=60).text
            first = workers(served)
            assert len(first) == 3
            assert served.ask("{ taskCount }") == {"taskCount": 0}
            first[0].kill()
            until_started(served, 1)
            assert len(workers(served)) == 3
            assert len({*workers(served)} - {*first}) == 1
            assert served.ask('mutation { createTask(input: {title: "x"}) { __typename } }') == {
                "createTask": {"__typename": "TaskSuccess"}
            }
            everyone = workers(served)
            assert "Traceback" not in served.stop(signal.SIGTERM)
            assert not any(worker.is_running() for worker in everyone)

    await asyncio.to_thread(use)
    async with connected(database) as connection:
        assert await connection.fetchval("SELECT count(*) FROM tasks") == 1


async def test_workers_end_with_the_process_that_watches_over_them(database: str, folder: Path) -> None:
    def use() -> None:
        with serving("serve", cwd=folder, DATABASE_URL=database, GQL_API_WORKERS="2") as served:
            until_started(served, 2)
            left = workers(served)
            served.process.kill()
            served.process.wait()
            gone, alive = psutil.wait_procs(left, timeout=60)
            assert (len(gone), alive) == (2, [])

    await asyncio.to_thread(use)


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_is_in_flight_is_answered_before_the_server_ends(
    database: str, folder: Path, raw: Raw, workers: int
) -> None:
    many = 8

    async def create(client: httpx.AsyncClient, address: str, number: int) -> httpx.Response:
        query = f'mutation {{ createTask(input: {{title: "{number}"}}) {{ __typename }} }}'
        return await client.post(address, json={"query": query})

    with serving("serve", cwd=folder, DATABASE_URL=database, GQL_API_WORKERS=str(workers)) as served:
        await asyncio.to_thread(until_started, served, workers)
        async with httpx.AsyncClient(timeout=60) as client:
            async with raw.transaction():
                await raw.execute("LOCK TABLE tasks")
                answers = [asyncio.create_task(create(client, served.address, number)) for number in range(many)]
                await waiting_for_a_lock(raw, many)
                served.process.send_signal(signal.SIGTERM)
                await until_refused(served.address)
            for answer in await asyncio.gather(*answers):
                assert answer.json() == {"data": {"createTask": {"__typename": "TaskSuccess"}}}
                assert answer.headers["connection"] == "close"
        said = await asyncio.to_thread(served.stop, signal.SIGTERM)
        assert "Traceback" not in said
    assert await raw.fetchval("SELECT count(*) FROM tasks") == many


async def until_refused(address: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(timeout=60) as client:
        while True:
            try:
                await client.get(address)
            except httpx.TransportError:
                return
            await asyncio.sleep(0.05)


async def test_it_says_that_it_will_end_and_goes_on_for_a_while(database: str, folder: Path) -> None:
    def use() -> None:
        with serving(
            "serve", cwd=folder, DATABASE_URL=database, GQL_API_WORKERS="1", GQL_API_DRAIN_DELAY="30"
        ) as served:
            until_started(served, 1)
            ready = served.address.replace("/graphql", "/health/ready")
            assert httpx.get(ready, timeout=60).status_code == 200
            files_run_out(served)
            served.process.send_signal(signal.SIGTERM)
            while (answer := httpx.get(ready, timeout=60)).status_code == 200:
                pass
            assert answer.json() == {"status": "unavailable", "reason": "The server is going down."}
            assert served.ask("{ taskCount }") == {"taskCount": 0}
            served.process.send_signal(signal.SIGINT)  # impatience ends the delay
            assert "Traceback" not in served.stop()

    await asyncio.to_thread(use)


def files_run_out(served: Served) -> None:
    """Open more connections than the process may have files. When they are closed, it must go on."""
    process = psutil.Process(served.process.pid)
    before = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 5, before[1]))
    address = ("127.0.0.1", urlsplit(served.address).port)
    with ExitStack() as stack:
        for _ in range(30):
            with suppress(OSError):
                stack.enter_context(socket.create_connection(address, timeout=60))
        with suppress(httpx.TransportError):
            httpx.get(served.address, timeout=2)
    process.rlimit(psutil.RLIMIT_NOFILE, before)


def imports(worker: psutil.Process) -> bool:
    """Tell whether the process has begun to import what it needs, of which this library is among the first."""
    return "pydantic_core" in Path(f"/proc/{worker.pid}/maps").read_text()


async def test_workers_that_still_import_end_without_a_word(database: str, folder: Path) -> None:
    def use(how: signal.Signals) -> None:
        with serving("serve", cwd=folder, DATABASE_URL=database, GQL_API_WORKERS="2") as served:
            while len(started := [worker for worker in workers(served) if imports(worker)]) < 2:
                pass
            for worker in started:  # Ctrl-C reaches them all
                worker.send_signal(how)
            assert "Traceback" not in served.stop(how)

    for how in (signal.SIGINT, signal.SIGTERM):
        await asyncio.to_thread(use, how)


def until_started(served: Served, count: int) -> None:
    """Read on until so many processes have said that they are ready."""
    for line in served.lines():
        count -= "Application startup complete" in line
        if count == 0:
            return
    raise AssertionError(served.said)


def test_dev_starts_anew_when_the_code_changes(folder: Path) -> None:
    shutil.copytree(PROJECT / "gql_api", folder / "gql_api")
    shutil.copytree(PROJECT / "alembic", folder / "alembic")
    query = folder / "gql_api" / "schema" / "query.py"
    asked = "{ __schema { queryType { description } } taskCount }"
    with serving("dev", "--reload", cwd=folder, PYTHONPATH=str(folder)) as served:
        until_started(served, 1)
        before = served.ask(asked)
        query.write_text(query.read_text().replace("All that can be read.", "Read."))
        until_started(served, 1)
        after = served.ask(asked)
        assert before["__schema"]["queryType"]["description"].startswith("All that can be read.")
        assert after["__schema"]["queryType"]["description"].startswith("Read.")
        assert after["taskCount"] == before["taskCount"]
        assert "Traceback" not in served.stop()
    assert not (folder / ".gql-api" / "data" / "postmaster.pid").exists()
