"""What is attacked: a real `gql-api serve` with one worker, on a PostgreSQL of its own, and what that takes."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil

from gql_api import embedded
from tests.attacks.client import Connection, Reply, post
from tests.command import Served, run, serving
from tests.conftest import Raw, connected, waiting_for_a_lock

TASKS = 500
LONG = 100
"""So many of the tasks, the newest, have the longest description there can be, of characters that take most bytes."""

OPEN_FILES = 4_096
CONTROL = {"query": "{ categories(limit: 1) { name } }"}
TOKEN = "right"  # noqa: S105 - of a server that nobody else reaches
GUARDED = {"GQL_API_TOKENS": TOKEN, "GQL_API_RATE_LIMIT": "20/minute"}

TIMES = ("GQL_API_REQUEST_TIMEOUT", "GQL_API_OPERATION_TIMEOUT", "GQL_API_POOL_TIMEOUT", "GQL_API_SOCKET_INIT_TIMEOUT")
"""Settings that say how long an attack may last."""


class Usage(NamedTuple):
    """Of the server's process."""

    cpu: float
    """Seconds."""
    memory: int
    peak: int
    """Bytes of its resident memory, now and at most since `forget_peak`."""


class Target:
    def __init__(self, served: Served, guarded: Served, raw: Raw) -> None:
        self.port = _port(served)
        self.guarded = _port(guarded)
        """The port of another one, which wants a token, and limits how often one client may ask."""
        self.raw = raw
        self._process = psutil.Process(served.process.pid)
        self._files = Path("/proc") / str(served.process.pid)

    @asynccontextmanager
    async def connection(self, *, port: int | None = None, receives: int | None = None) -> AsyncIterator[Connection]:
        async with Connection.opened(port or self.port, receives) as connection:
            yield connection

    async def ask(self, *parts: bytes, port: int | None = None) -> Reply:
        """Send this on a connection of its own, and return the first answer to it."""
        async with self.connection(port=port) as connection:
            return await connection.ask(*parts)

    async def control(self) -> None:
        """Ask what anybody may ask at any time."""
        reply = await self.ask(post(CONTROL))
        assert (reply.status, "errors" in json.loads(reply.body)) == (200, False), reply

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Let everybody wait who asks for tasks."""
        transaction = self.raw.transaction()
        await transaction.start()
        try:
            await self.raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
            yield
        finally:
            await transaction.rollback()

    async def until_waiting(self) -> None:
        await waiting_for_a_lock(self.raw, 1)

    async def until_no_statement_runs(self) -> None:
        running = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
        async with asyncio.timeout(60):
            while await self.raw.fetchval(running):
                await asyncio.sleep(0.01)
                await self.raw.execute("SELECT pg_stat_clear_snapshot()")

    def usage(self) -> Usage:
        times = self._process.cpu_times()
        status = dict(line.split(":", 1) for line in (self._files / "status").read_text().splitlines())
        memory, peak = (int(status[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        return Usage(times.user + times.system, memory, peak)

    def forget_peak(self) -> None:
        """Linux: proc_pid_clear_refs(5)."""
        (self._files / "clear_refs").write_text("5")


@contextmanager
def seeded() -> Iterator[str]:
    """Give the address of a migrated database with tasks."""
    with TemporaryDirectory(prefix="gql-attacks-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with embedded.running(folder / "home", durable=False) as url:
            for arguments in (("migrate", "up"), ("seed", "--tasks", str(TASKS))):
                done = run(*arguments, cwd=folder, DATABASE_URL=url)
                assert done.returncode == 0, done.stderr
            yield url


@asynccontextmanager
async def target(url: str, *, patience: float | None = None) -> AsyncIterator[Target]:
    """Serve, with all limits as they are by default; but with so many seconds for everything, if that is given.

    Fails when the server has logged an error afterwards: it answers all of this on purpose.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))
    times = dict.fromkeys(TIMES, str(patience)) if patience is not None else {}
    arguments = ("serve", "--workers", "1")
    with TemporaryDirectory(prefix="gql-attacks-") as folder:
        here = Path(folder)
        with (
            serving(*arguments, cwd=here, at_most=600, DATABASE_URL=url, **times) as served,
            serving(*arguments, cwd=here, at_most=600, DATABASE_URL=url, **GUARDED) as guarded,
        ):
            async with connected(url) as raw:
                await raw.execute(
                    "UPDATE tasks SET description = repeat('😀', 10000), description_key = 'x' WHERE id IN "
                    "(SELECT id FROM tasks ORDER BY created_at DESC, id DESC LIMIT $1)",
                    LONG,
                )
                yield Target(served, guarded, raw)
        for each in (served, guarded):
            errors = [line for line in each.lines() if '"level": "ERROR"' in line or "Traceback" in line]
            assert not errors, errors


def _port(served: Served) -> int:
    return int(served.address.rpartition(":")[2].partition("/")[0])
