"""How Alembic reaches the database: on the connection that it is handed, or on one of its own by DATABASE_URL."""

import asyncio

from sqlalchemy import Connection, text

from alembic import context
from gql_api.db import create_engine
from gql_api.models import Base
from gql_api.settings import load

LOCK = 0x6771_6C61
"""The advisory lock that lets two processes migrate one after the other."""


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        include_name=_ours if context.config.attributes.get("only_ours") else None,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


async def migrate_by_url() -> None:
    settings = load()
    url = settings.database_url
    if url is None:
        raise SystemExit("Set DATABASE_URL to the database to compare with or to migrate.")
    engine = create_engine(url.get_secret_value(), pool_size=1, transaction_pooling=settings.transaction_pooling)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    asyncio.run(migrate_by_url())
else:
    migrate(given)
