"""`gql-api serve`, as it runs in production: real processes on a database of one's own. And `dev --reload`."""

import asyncio
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from gql_api import migrations
from tests.command import PROJECT, Served, run, serving
from tests.conftest import Server, connected


def workers(served: Served) -> list[psutil.Process]:
    return [
        child for child in psutil.Process(served.process.pid).children() if "spawn_main" in " ".join(child.cmdline())
    ]


def test_it_needs_a_database(folder: Path) -> None:
    refused = run("serve", cwd=folder)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("gql-api: DATABASE_URL is not set")
    assert len(refused.stderr.splitlines()) == 1
    assert not list(folder.iterdir())


async def test_it_starts_on_a_migrated_database_only_unless_told_to_migrate(server: Server, folder: Path) -> None:
    url = server.url(await server.create())

    def use() -> None:
        refused = run("serve", cwd=folder, DATABASE_URL=url)
        assert refused.returncode == 1
        assert "has not been migrated yet. Run: gql-api migrate up, or gql-api serve --migrate" in refused.stderr
        assert run("migrate", "up", "0001", cwd=folder, DATABASE_URL=url).returncode == 0
        behind = run("serve", cwd=folder, DATABASE_URL=url)
        assert behind.returncode == 1
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
def test_it_does_not_listen_for_everybody_without_a_token(folder: Path, database: str, host: str) -> None:
    refused = run("serve", "--host", host, cwd=folder, DATABASE_URL=database)
    assert refused.returncode == 1
    assert "set GQL_API_TOKENS, or say --public" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("allowed", [{"GQL_API_TOKENS": "secret-of-ours"}, {"GQL_API_PUBLIC": "true"}, {}])
async def test_it_does_with_one_or_when_told_to(database: str, folder: Path, allowed: dict[str, Any]) -> None:
    def use() -> None:
        host = "127.0.0.1" if not allowed else "0.0.0.0"  # noqa: S104 - for a moment
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
