"""What can be set from outside, by environment or `.env`."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gql_api.errors import StartupError

PREFIX = "GQL_API_"
ENV_FILE = ".env"
MOST_WORKERS = 4
"""Most processes that `serve` starts unasked."""

Scope = Literal["all workers", "each worker", "built-in PostgreSQL"]
"""Whom a setting counts for: all processes of a server together, each of them for itself, or none of them."""


def _usable_cpus() -> int:
    # Not every system tells which CPUs a process may run on.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _scope(scope: Scope, default: str = "") -> dict[str, str]:
    """Say whom a setting counts for, and its default in words where the value does not say it."""
    return {"scope": scope, "default": default}


def _bare(url: object) -> object:
    """Return an address without blanks and quotes around it, which some ways of setting a variable leave there."""
    return url.strip().strip("'\"") if isinstance(url, str) else url


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    database_url: Annotated[
        SecretStr | None,
        BeforeValidator(_bare),
        Field(
            validation_alias="DATABASE_URL",
            description="The PostgreSQL to use, 14 or newer: `postgresql://user:password@host:5432/name`.",
            json_schema_extra=_scope("all workers", "a built-in one; `serve` needs yours"),
        ),
    ] = None
    data_dir: Annotated[
        Path,
        AfterValidator(Path.expanduser),
        Field(description="The folder of the built-in PostgreSQL.", json_schema_extra=_scope("built-in PostgreSQL")),
    ] = Path(".gql-api")
    host: Annotated[str, Field(description="The address to listen on.", json_schema_extra=_scope("all workers"))] = (
        "127.0.0.1"
    )
    port: Annotated[
        int,
        Field(
            ge=0,
            le=65535,
            description="The port to listen on; 0 picks a free one.",
            json_schema_extra=_scope("all workers"),
        ),
    ] = 8000
    workers: Annotated[
        int,
        Field(
            ge=1,
            le=256,
            default_factory=lambda: min(_usable_cpus(), MOST_WORKERS),
            description="How many processes `serve` answers with. They share the port and the database, nothing else.",
            json_schema_extra=_scope("all workers", f"one for each CPU, at most {MOST_WORKERS}"),
        ),
    ]
    pool_size: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Most database connections, one for each operation that runs. All workers together stay below "
            "the server's `max_connections`.",
            json_schema_extra=_scope("each worker"),
        ),
    ] = 10
    pool_timeout: Annotated[
        float,
        Field(
            gt=0,
            allow_inf_nan=False,
            description="Seconds that an operation waits for a connection before it answers `UNAVAILABLE`.",
            json_schema_extra=_scope("each worker"),
        ),
    ] = 30.0
    transaction_pooling: Annotated[
        bool,
        Field(
            description="Set it when `DATABASE_URL` leads to a pooler that lends connections for one transaction at a "
            "time, such as PgBouncer with `pool_mode = transaction`: then nothing is kept on a connection.",
            json_schema_extra=_scope("all workers"),
        ),
    ] = False
    explorer: Annotated[
        bool | None,
        Field(
            description="Serve the explorer at `/graphql`, and the pages at `/` and `/documentation/`. It "
            "completes and describes only what introspection tells it.",
            json_schema_extra=_scope("all workers", "on in `dev`, off in `serve`"),
        ),
    ] = None
    introspection: Annotated[
        bool | None,
        Field(
            description="Let clients ask for the schema: by introspection, and as `/schema.graphql`.",
            json_schema_extra=_scope("all workers", "on in `dev`, off in `serve`"),
        ),
    ] = None

    def or_else(self, **defaults: object) -> Self:
        """Return them with these values where nothing was set."""
        return self.model_copy(update={name: value for name, value in defaults.items() if getattr(self, name) is None})


class Setting(NamedTuple):
    """A setting as people are told of it."""

    variable: str
    meaning: str
    default: str
    scope: str
    value: str
    """The value in force; a secret is not shown."""


def load() -> Settings:
    """Read the settings. A bad value is a StartupError that names the variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{_variable(str(problem['loc'][0]))}: {problem['msg']}" for problem in error.errors())
        raise StartupError(f"Bad setting: {problems}") from None
    except (OSError, UnicodeDecodeError):
        raise StartupError(f"The file {ENV_FILE} cannot be read as UTF-8 text") from None


def described(settings: Settings) -> Iterator[Setting]:
    """Tell of every setting: its variable, its meaning, its default, whom it counts for, and its value."""
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)  # noqa: S101 - for the type checker: every field has a scope
        value = getattr(settings, name)
        yield Setting(
            _variable(name),
            field.description or "",
            str(extra["default"]) or f"`{_shown(field.default)}`",
            str(extra["scope"]),
            _shown(value) or ("" if value is not None else f"({str(extra['default']).replace('`', '')})"),
        )


def table() -> str:
    """Return the settings as a Markdown table, with their defaults."""
    rows = [("variable", "meaning", "default", "counts for"), ("---",) * 4]
    rows += [
        (f"`{each.variable}`", each.meaning, each.default, each.scope) for each in described(Settings.model_construct())
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def unknown() -> Iterator[tuple[str, str | None]]:
    """Tell of variables that look like settings and are none, each with the setting that may be meant."""
    known = [_variable(name).removeprefix(PREFIX) for name in Settings.model_fields]
    for name in sorted({*os.environ, *dotenv_values(ENV_FILE)}):
        ours, prefix, rest = name.upper().rpartition(PREFIX)
        if prefix and not ours and rest not in known:
            yield name, next((f"{PREFIX}{meant}" for meant in get_close_matches(rest, known, 1)), None)


def _variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias if field in Settings.model_fields else field
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return "(set; not shown)"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)
