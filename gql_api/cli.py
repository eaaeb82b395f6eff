"""The gql-api command."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

import typer
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db, embedded, migrations, seed, server
from gql_api.errors import StartupError
from gql_api.schema import schema as graphql_schema
from gql_api.settings import Settings, load

app = typer.Typer(
    name="gql-api",
    help="A GraphQL API for tasks and their categories. Start with `gql-api dev`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def dev(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. GQL_API_HOST or 127.0.0.1 without it.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on. GQL_API_PORT or 8000 without it.")
    ] = None,
) -> None:
    """Serve the API with its explorer, for development.

    Without DATABASE_URL it runs a PostgreSQL of its own, keeps the data below .gql-api, migrates it, and fills an empty
    database with demo data. With DATABASE_URL it uses that database as it is.
    """
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = load().model_copy(update=given)
    with _database(settings) as url, server.bind(settings) as bound:
        if settings.database_url is None:
            added = asyncio.run(_prepare(url))
            where = embedded.place(settings.data_dir)
            _say(f"Database: PostgreSQL in {where}{f', with {added} demo tasks' if added else ''}")
        else:
            asyncio.run(_check_migrated(url))
            _say(f"Database: {db.shown_url(url)}")
        _say(f"Explorer: {server.explorer_address(bound)} (Ctrl-C stops)")
        server.run(settings.model_copy(update={"database_url": SecretStr(url)}), bound)


@app.command()
def migrate() -> None:
    """Bring the database to the state that this version needs; DATABASE_URL's, or the one that comes along."""
    with _database(load()) as url:
        before, after = asyncio.run(_migrate(url))
    _say(
        f"The database is up to date: {after}."
        if before == after
        else f"Migrated from {before or 'nothing'} to {after}."
    )


@app.command()
def schema() -> None:
    """Print the GraphQL schema."""
    sys.stdout.write(f"{graphql_schema.as_str()}\n")


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """Give the address of the database: the one that is set, or that of the PostgreSQL that comes along."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with embedded.running(settings.data_dir) as url:
        yield url


async def _prepare(url: str) -> int:
    async with _engine(url) as engine:
        await migrations.upgrade(engine)
        return await seed.fill_if_empty(db.create_sessions(engine))


async def _migrate(url: str) -> tuple[str | None, str]:
    async with _engine(url) as engine:
        await db.check_encoding(engine)
        before = await migrations.current(engine)
        await migrations.upgrade(engine)
        return before, migrations.head()


async def _check_migrated(url: str) -> None:
    async with _engine(url) as engine:
        await db.check_encoding(engine)
        current = await migrations.current(engine)
    if current != migrations.head():
        state = "has not been migrated yet" if current is None else f"is at revision {current}, not {migrations.head()}"
        raise StartupError(f"{db.shown_url(url)} {state}. Run: make migrate (or gql-api migrate)")


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine for a moment, and tell in one line why it cannot be used."""
    engine = db.create_engine(url, pool_size=1)
    try:
        yield engine
    except Exception as error:
        if problem := db.startup_problem(error, url):
            raise StartupError(problem) from error
        raise
    finally:
        await engine.dispose()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """Run the command. What a person can mend is one line and exit code 1."""
    server.exit_on_sigterm()
    try:
        app()
    except StartupError as error:
        _say(f"gql-api: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _say("Stopped.")
