"""What can be set from outside, by environment or `.env`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gql_api.errors import StartupError


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="GQL_API_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    database_url: Annotated[
        SecretStr | None,
        Field(
            validation_alias="DATABASE_URL",
            description="PostgreSQL 14 or newer, as postgresql://user:password@host:5432/name. "
            "Unset: `gql-api dev` brings its own.",
        ),
    ] = None
    data_dir: Annotated[Path, Field(description="Folder of the PostgreSQL that comes along.")] = Path(".gql-api")
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 picks a free one.")] = 8000
    pool_size: Annotated[int, Field(ge=1, le=1000, description="Most database connections of one process.")] = 10
    pool_timeout: Annotated[
        float, Field(gt=0, description="Seconds an operation waits for a connection before it answers UNAVAILABLE.")
    ] = 30.0


def load() -> Settings:
    """Read the settings. A bad value is a StartupError that names the variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        raise StartupError(f"Bad setting: {problems}") from None


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else f"GQL_API_{name.upper()}"
