"""Settings: the database, and the connections to it."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import BaseSettings

from gql_api.settings.field import bare, setting


class DatabaseSettings(BaseSettings):
    database_url: Annotated[SecretStr | None, BeforeValidator(bare)] = setting(
        None,
        "all workers",
        "The PostgreSQL to use, 14 or newer: `postgresql://user:password@host:5432/name`.",
        shown="a built-in one; `serve` needs yours",
        validation_alias="DATABASE_URL",
    )
    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = setting(
        Path(".gql-api"), "built-in PostgreSQL", "The folder of the built-in PostgreSQL."
    )
    pool_size: int = setting(
        10,
        "each worker",
        "Most database connections, one for each operation that runs. All workers together stay below the server's "
        "`max_connections`.",
        ge=1,
        le=1000,
    )
    pool_timeout: float = setting(
        5.0,
        "each worker",
        "Seconds that an operation waits for a connection before it answers `UNAVAILABLE`.",
        gt=0,
        allow_inf_nan=False,
    )
    transaction_pooling: bool = setting(
        False,
        "all workers",
        "Set it when `DATABASE_URL` leads to a pooler that lends connections for one transaction at a time, such as "
        "PgBouncer with `pool_mode = transaction`: then nothing is kept on a connection.",
    )
