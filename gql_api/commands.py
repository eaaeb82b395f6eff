"""What the commands do."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from gql_api import db, embedded, logs, migrations, server
from gql_api import seed as demo_data
from gql_api import settings as settings_
from gql_api.errors import StartupError, UnavailableError
from gql_api.metrics.folder import shared_folder
from gql_api.schema import schema as graphql_schema
from gql_api.schema.changes import Weight, changes_since
from gql_api.settings import Settings

logger = logging.getLogger(__name__)


def dev(host: str | None, port: int | None, *, reload: bool) -> None:
    given = _settings("text", host=host, port=port).or_else(explorer=True, introspection=True, suggestions=True)
    with _database(given, join=False) as settings, server.bind(settings) as bound:
        if given.database_url is None:
            added = asyncio.run(_prepare(settings))
            where = embedded.place(settings.data_dir)
            _say(f"Database: PostgreSQL in {where}{f', with {added} demo tasks' if added else ''}")
        else:
            asyncio.run(_check_migrated(settings))
            _say(f"Database: {_where(settings)}")
        _say(f"{'Explorer' if settings.explorer else 'API'}: {server.address(bound)} (Ctrl-C stops)")
        server.run(settings, bound, reload=reload)


def serve(host: str | None, port: int | None, workers: int | None, *, migrate: bool, public: bool) -> None:
    settings = _settings("json", host=host, port=port, workers=workers, public=public or None)
    if settings.database_url is None:
        raise StartupError("DATABASE_URL is not set: serve needs a PostgreSQL (only `gql-api dev` brings one)")
    with server.bind(settings) as bound:
        if not (settings.tokens or settings.public or server.is_private(bound)):
            raise StartupError(
                f"Everybody who reaches {settings.host} could change everything: set GQL_API_TOKENS, or say --public "
                "(GQL_API_PUBLIC=true) where something else keeps the door"
            )
        if migrate:
            _say(_migrated(*asyncio.run(_migrate(settings, "head"))))
        asyncio.run(_check_migrated(settings, or_else="gql-api migrate up, or gql-api serve --migrate"))
        _say(f"Database: {_where(settings)}, at most {settings.workers * settings.pool_size} connections")
        _say(f"Serving: {server.address(bound)}, {_count(settings.workers, 'worker')}")
        with shared_folder(wanted=settings.metrics and settings.workers > 1):
            server.run(settings, bound, workers=settings.workers)


def migrate_up(revision: str) -> None:
    with _database(_settings()) as settings:
        _say(_migrated(*asyncio.run(_migrate(settings, revision))))


def migrate_down(revision: str, *, sure: bool) -> None:
    with _database(_settings(), make=False) as settings:
        current = asyncio.run(_current(settings))
        if not sure:
            question = (
                f"Go from {current or 'nothing'} down to {revision}? What only the later state can store is deleted."
            )
            typer.confirm(question, abort=True, err=True)
        _say(_migrated(*asyncio.run(_migrate(settings, revision, down=True))))


def migrate_current() -> None:
    with _database(_settings(), make=False) as settings:
        current = asyncio.run(_current(settings))
    typer.echo(current or "nothing")
    if current != migrations.head():
        _say(f"This version needs {migrations.head()}.")


def migrate_check() -> None:
    with _database(_settings(), make=False) as settings:
        asyncio.run(_check(settings))
    _say(f"The database is up to date: {migrations.head()}.")


def seed(tasks: int | None) -> None:
    given = _settings()
    with _database(given) as settings:
        added = asyncio.run(_seed(settings, tasks, ours=given.database_url is None))
    _say(f"Added {_count(added, 'task')}." if added else "No task is missing.")


def schema(check: Path | None, *, markdown: bool) -> None:
    if check is None and markdown:
        raise StartupError("--markdown is for what --check finds")
    if check is None:
        typer.echo(graphql_schema.as_str())
        return
    try:
        earlier = check.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise StartupError(f"{check} cannot be read as UTF-8 text") from None
    found = changes_since(earlier)
    if markdown:
        typer.echo(f"## {datetime.now(UTC):%Y-%m-%d}\n")
    for weight, change in found:
        typer.echo(f"- **{weight.lower()}**: {change}" if markdown else f"{weight:9} {change}")
    weights = Counter(weight for weight, _ in found)
    counts = ", ".join(f"{weights[weight]} {weight.lower()}" for weight in Weight)
    _say(f"{_count(len(found), 'change')} since {check}: {counts}.")
    if weights[Weight.BREAKING]:
        sys.exit(1)


def settings(*, markdown: bool) -> None:
    if markdown:
        typer.echo(settings_.table(), nl=False)
        return
    for setting in settings_.described(_settings()):
        typer.echo(f"{setting.variable}={setting.value}\n    {setting.meaning}")


def _settings(log_format: logs.LogFormat | None = None, **given: str | int | bool | None) -> Settings:
    """Read the settings, and put in their place what was given as options. Of what serves, the log begins here, in this
    format where none is set.
    """
    settings = settings_.load()
    if log_format is not None:
        settings = settings.or_else(log_format=log_format)
        logs.configure(settings.log_format or log_format, settings.log_level)
    for variable, meant in settings_.unknown():
        _say(f"gql-api: {variable} is no setting{f': is {meant} meant?' if meant else '.'}")
    if settings.database_url is not None:
        db.driver_url(_url(settings))
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


@contextmanager
def _database(settings: Settings, *, join: bool = True, make: bool = True) -> Iterator[Settings]:
    """Give the settings with a database: the one that is set, or that of the PostgreSQL that comes along.

    With `join`, another command that runs that PostgreSQL is no hindrance, and the person is told that it is this one:
    DATABASE_URL may have been forgotten. Without `make`, one that is not there yet is a StartupError.
    """
    if settings.database_url is not None:
        yield settings
        return
    folder = embedded.place(settings.data_dir)
    if not (make or (folder / "data").exists()):
        raise StartupError(f"There is no database in {folder}: set DATABASE_URL, or begin with gql-api dev")
    run = embedded.running_or_joined if join else embedded.running
    with run(settings.data_dir) as url:
        if join:
            _say(f"Database: PostgreSQL in {folder}")
        yield settings.model_copy(update={"database_url": SecretStr(url), "transaction_pooling": False})


def _url(settings: Settings) -> str:
    assert settings.database_url is not None  # noqa: S101 - for the type checker: commands begin by finding it
    return settings.database_url.get_secret_value()


def _where(settings: Settings) -> str:
    return db.shown_url(_url(settings))


async def _prepare(settings: Settings) -> int:
    async with _engine(settings) as engine:
        await migrations.upgrade(engine)
        return await demo_data.fill_if_empty(db.create_sessions(engine))


async def _seed(settings: Settings, tasks: int | None, *, ours: bool) -> int:
    if not ours:
        await _check_migrated(settings)
    async with _engine(settings) as engine:
        if ours and (before := await migrations.current(engine)) != migrations.head():
            await migrations.upgrade(engine)
            _say(_migrated(before, migrations.head()))
        sessions = db.create_sessions(engine)
        length = await demo_data.missing(sessions, tasks)
        added = 0
        with typer.progressbar(length=length, label="Adding tasks", file=sys.stderr, hidden=length == 0) as bar:
            async for number in demo_data.add(sessions, tasks):
                added += number
                bar.update(number)
        return added


async def _migrate(settings: Settings, revision: str, *, down: bool = False) -> tuple[str | None, str | None]:
    async with _engine(settings) as engine:
        await db.check_encoding(engine)
        before = await migrations.current(engine)
        await (migrations.downgrade if down else migrations.upgrade)(engine, revision)
        return before, await migrations.current(engine)


async def _current(settings: Settings) -> str | None:
    async with _engine(settings) as engine:
        return await migrations.current(engine)


async def _check(settings: Settings) -> None:
    await _check_migrated(settings)
    async with _engine(settings) as engine:
        if found := await migrations.differences(engine):
            state = f"is at {migrations.head()}, but its tables are not as that revision makes them"
            raise StartupError(f"{_where(settings)} {state}: {', '.join(found)}")


async def _check_migrated(settings: Settings, or_else: str = "make migrate, or gql-api migrate") -> None:
    async with _engine(settings, bound=True) as engine:
        await db.check_encoding(engine)
        current = await migrations.current(engine)
    if current != migrations.head():
        state = "has not been migrated yet" if current is None else f"is at revision {current}, not {migrations.head()}"
        raise StartupError(f"{_where(settings)} {state}. Run: {or_else}")


@asynccontextmanager
async def _engine(settings: Settings, *, bound: bool = False) -> AsyncIterator[AsyncEngine]:
    """Give an engine for a moment, and tell in one line why it cannot be used; `bound` as those are that serve."""
    url = _url(settings)
    engine = db.create_engine(
        url,
        pool_size=1,
        transaction_pooling=settings.transaction_pooling,
        statement_timeout=settings.operation_timeout if bound else None,
    )
    try:
        yield engine
    except CommandError as error:
        raise StartupError(str(error)) from error
    except Exception as error:
        cause = error.__cause__ if isinstance(error, UnavailableError) and error.__cause__ is not None else error
        if problem := db.startup_problem(cause, url):
            raise StartupError(problem) from error
        raise
    finally:
        await engine.dispose()


def _migrated(before: str | None, after: str | None) -> str:
    if before == after:
        return f"The database is up to date: {after or 'nothing'}."
    return f"Migrated from {before or 'nothing'} to {after or 'nothing'}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _say(line: str) -> None:
    """Tell who typed the command; or the log, where all lines are for machines."""
    if logs.for_machines():
        logger.info("%s", line)
    else:
        typer.echo(line, err=True)
