"""The database's disk is full: what is there can be read, and nothing new is half there."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import Server, api_on, connected
from tests.faults.conftest import code, is_well
from tests.faults.postgres import Postgres

SIZE = 16 * 1024 * 1024

CREATE = """mutation ($input: [CreateTaskInput!]!) { createTasks(input: $input) {
    ... on CreateTasksSuccess { tasks { id } } } }"""


@pytest.fixture
def small(postgres: Postgres) -> Iterator[Path]:
    """A disk of 16 MB."""
    with TemporaryDirectory(prefix="gql-faults-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=False, capture_output=True
        )
        if mounted.returncode != 0:
            pytest.skip("No small disk can be made here: that takes root, and the right to mount")
        try:
            data = Path(folder) / "data"
            data.mkdir()
            postgres.own(Path(folder))
            postgres.own(data)
            yield data
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
async def on_it(server: Server, template: str, small: Path) -> AsyncIterator[str]:
    """The address of a database on the small disk."""
    await server.execute(f"CREATE TABLESPACE small LOCATION '{small}'")
    name = await server.create(template, "TABLESPACE small")
    yield server.url(name)
    await server.drop(name)
    await server.execute("DROP TABLESPACE small")


def fill(path: Path) -> None:
    """Write a file until no byte more fits on its disk."""
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass


async def test_a_full_disk(on_it: str, small: Path) -> None:
    many = [{"title": "Fern", "description": "Water it. " * 150, "tags": ["green"]}] * 50
    async with api_on(on_it, pool_size=3) as api, connected(on_it) as raw:
        await api.create_task("kept")
        filling = small.with_name("filling")
        fill(filling)
        written = 0
        while (answer := await api.answer(CREATE, input=many)) and code(answer) is None:
            written += 1
        assert code(answer) == "UNAVAILABLE"
        assert "committed" not in answer["errors"][0]["extensions"]
        assert await raw.fetchval("SELECT count(*) FROM tasks") == 1 + 50 * written
        assert code(await api.answer("{ tasks { title category { name } tags { name } } }")) is None
        filling.unlink()
        assert code(await api.answer(CREATE, input=many)) is None
        assert await api.field("{ taskCount }") == 51 + 50 * written
        await is_well(api)
