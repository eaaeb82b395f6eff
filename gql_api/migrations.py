"""Migrations, by Alembic: they build every database, the tests' included."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from alembic import command

PACKAGED = Path(__file__).with_name("_alembic")
IN_PROJECT = Path(__file__).parents[1] / "alembic"


def head() -> str:
    """Return the revision that this code needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None  # noqa: S101 - there is a first migration
    return found


async def current(engine: AsyncEngine) -> str | None:
    """Return the revision of the database, or None when nothing has been migrated yet."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring the database up. Two processes that do so at once do it one after the other."""
    await _run(engine, command.upgrade, revision)


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Bring the database down to a revision; "base" leaves nothing."""
    await _run(engine, command.downgrade, revision)


async def check(engine: AsyncEngine) -> None:
    """Raise Alembic's CommandError when the database and the models differ."""
    await _run(engine, command.check)


async def _run(engine: AsyncEngine, do: Callable[..., Any], *arguments: str) -> None:
    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        do(config, *arguments)

    async with engine.begin() as connection:
        await connection.run_sync(run)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(PACKAGED if PACKAGED.exists() else IN_PROJECT).replace("%", "%%"))
    return config
