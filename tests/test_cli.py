"""The gql-api command as a person uses it: real processes, real sockets."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from graphql import build_schema

from gql_api import db, migrations
from tests.conftest import Server

COMMAND = [sys.executable, "-m", "gql_api"]
PROJECT = Path(__file__).parents[1]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A working folder that anybody can get to: pytest's own is closed when root runs it."""
    with TemporaryDirectory(prefix="gql-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def environment(**variables: str) -> dict[str, str]:
    kept = {
        name: value for name, value in environ.items() if name != "DATABASE_URL" and not name.startswith("GQL_API_")
    }
    return {**kept, "PYTHONPATH": str(PROJECT), **variables}


def run(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


class Dev:
    """A running `gql-api dev`, and what it has said up to the address of its explorer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            self.said.append(line.rstrip())
            if line.startswith("Explorer: "):
                self.address = line.split()[1]
                break
        else:
            raise AssertionError(self.said)

    def ask(self, query: str) -> Any:
        answer = httpx.post(self.address, json={"query": query}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(how)
        _, rest = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, rest
        return rest


@contextmanager
def dev(cwd: Path, *arguments: str, **variables: str) -> Iterator[Dev]:
    process = subprocess.Popen(
        [*COMMAND, "dev", "--port", "0", *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Dev(process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def test_the_first_day(folder: Path) -> None:
    """It comes with data, serves, refuses a second one, stops, and has kept everything when it starts again."""
    with dev(folder) as first:
        assert f"Database: PostgreSQL in {folder / '.gql-api'}, with 28 demo tasks" in first.said
        found = first.ask(
            "{ tasks(limit: 5, orderBy: [{createdAt: DESC}]) { id title completed category { id name } } taskCount }"
        )
        assert [task["category"]["name"] for task in found["tasks"]] == ["Learning"] * 4 + ["Travel"]
        readme = (PROJECT / "README.md").read_text()
        query, answer = (re.findall(rf"```{kind}\n(.*?)```", readme, re.DOTALL)[0] for kind in ("graphql", "json"))
        assert first.ask(query) == json.loads(answer)["data"]
        assert found["taskCount"] > 20
        first.ask('mutation { createTask(input: {title: "Kept 🦕", category: {name: "home"}}) { __typename } }')
        second = run("dev", "--port", "0", cwd=folder)
        assert second.returncode == 1
        assert "runs already" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        assert first.ask("{ taskCount }")["taskCount"] == found["taskCount"] + 1
        said = first.stop(signal.SIGINT)
        assert "Traceback" not in said
    assert not (folder / ".gql-api" / "data" / "postmaster.pid").exists()
    with dev(folder) as again:
        assert not any("demo tasks" in line for line in again.said)
        (newest,) = again.ask("{ tasks(limit: 1) { title category { name } } }")["tasks"]
        assert newest == {"title": "Kept 🦕", "category": {"name": "Home"}}
        assert "Traceback" not in again.stop(signal.SIGTERM)
    assert not (folder / ".gql-api" / "data" / "postmaster.pid").exists()


def test_migrate_works_on_the_database_that_comes_along(folder: Path) -> None:
    first = run("migrate", cwd=folder)
    assert (first.returncode, first.stderr) == (0, f"Migrated from nothing to {migrations.head()}.\n")
    again = run("migrate", cwd=folder)
    assert (again.returncode, again.stderr) == (0, f"The database is up to date: {migrations.head()}.\n")


async def test_a_database_of_ones_own(server: Server, folder: Path) -> None:
    """It is used as it is: not migrated unasked, and given no demo data."""
    url = server.url(await server.create()).replace("postgresql://", "postgresql+asyncpg://")

    def use() -> None:
        refused = run("dev", "--port", "0", cwd=folder, DATABASE_URL=url)
        assert refused.returncode == 1
        assert "has not been migrated yet. Run: make migrate" in refused.stderr
        assert run("migrate", cwd=folder, DATABASE_URL=url).returncode == 0
        with dev(folder, DATABASE_URL=url) as served:
            assert served.ask("{ taskCount }") == {"taskCount": 0}
        assert not (folder / ".gql-api").exists()

    await asyncio.to_thread(use)
    engine = db.create_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'another'")
    await engine.dispose()
    behind = await asyncio.to_thread(run, "dev", "--port", "0", cwd=folder, DATABASE_URL=url)
    assert behind.returncode == 1
    assert f"is at revision another, not {migrations.head()}" in behind.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:secret@localhost/name", "must begin with postgresql://"),
        ("postgresql://u:secret@localhost:port/name", "is not an address"),
        ("postgresql://u:secret@127.0.0.1:1/name", "cannot be reached"),
        ("postgresql://u:secret@nowhere.invalid/name", "cannot be reached"),
        ("postgresql://u:secret@localhost/name?sslmode=perhaps", "not understood"),
        ("postgresql://u:secret@ss/word@localhost/name", "special characters"),
    ],
)
@pytest.mark.parametrize("command", ["dev", "migrate"])
def test_a_database_that_cannot_be_used_is_one_clear_line(folder: Path, command: str, url: str, says: str) -> None:
    refused = run(command, cwd=folder, DATABASE_URL=url)
    assert refused.returncode == 1
    assert says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert "secret" not in refused.stderr


async def test_what_the_server_refuses_is_one_clear_line(server: Server, folder: Path) -> None:
    latin = await server.create(options="ENCODING 'SQL_ASCII' LOCALE 'C'")
    unknown = server.url(await server.create()) + "&nonsense=1"
    for url, says in ((server.url(latin), "encoded in SQL_ASCII"), (unknown, "does not know")):
        refused = await asyncio.to_thread(run, "migrate", cwd=folder, DATABASE_URL=url)
        assert refused.returncode == 1
        assert says in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


async def test_a_database_that_is_not_there_is_one_clear_line(server: Server, folder: Path) -> None:
    refused = await asyncio.to_thread(run, "dev", cwd=folder, DATABASE_URL=server.url("not_there"))
    assert refused.returncode == 1
    assert "There is no such database" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_taken_port_is_one_clear_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("dev", "--port", port, cwd=folder)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"gql-api: Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with --host or --port"
    ]


def test_a_bad_setting_is_one_clear_line(folder: Path) -> None:
    refused = run("dev", cwd=folder, GQL_API_PORT="many")
    assert refused.returncode == 1
    assert "GQL_API_PORT" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_schema_prints_the_schema(folder: Path) -> None:
    printed = run("schema", cwd=folder)
    assert printed.returncode == 0
    assert build_schema(printed.stdout).query_type is not None


def test_help_names_the_commands(folder: Path) -> None:
    helped = run("--help", cwd=folder)
    assert helped.returncode == 0
    assert all(command in helped.stdout for command in ("dev", "migrate", "schema"))
