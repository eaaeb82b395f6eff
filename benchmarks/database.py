"""The database that all servers share: a PostgreSQL of the benchmark's own, filled, and cleaned after each mutation."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from benchmarks.answers import Raw
from benchmarks.works import TITLE
from gql_api import embedded


@contextmanager
def running() -> Iterator[str]:
    """Run one that waits for no disk, in a folder that goes with it; give its address."""
    with TemporaryDirectory(prefix="gql-benchmark-") as folder:
        Path(folder).chmod(0o755)
        with embedded.running(Path(folder) / "home", durable=False) as url:
            yield url


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Raw]:
    """Give a connection that looks at it from outside."""
    raw = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        yield raw
    finally:
        await raw.close()


async def made(raw: Raw) -> int:
    """Return how many tasks the mutations have made since they were taken away."""
    count: int = await raw.fetchval("SELECT count(*) FROM tasks WHERE starts_with(title, $1)", TITLE)
    return count


async def clean(raw: Raw) -> None:
    """Take away what mutations have made, in the tables and in their indexes."""
    await raw.execute("DELETE FROM tasks WHERE starts_with(title, $1)", TITLE)
    await raw.execute("VACUUM ANALYZE tasks")


async def settle(raw: Raw) -> None:
    """Do now what PostgreSQL would do by itself meanwhile."""
    await raw.execute("VACUUM ANALYZE")
    await raw.execute("CHECKPOINT")
