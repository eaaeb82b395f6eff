"""What can be set from outside, by environment or `.env`."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple, Self

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from gql_api.errors import StartupError
from gql_api.settings.access import AccessSettings
from gql_api.settings.database import DatabaseSettings
from gql_api.settings.limits import LimitSettings
from gql_api.settings.serving import ServingSettings

PREFIX = "GQL_API_"
ENV_FILE = ".env"


class Settings(LimitSettings, AccessSettings, ServingSettings, DatabaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

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


def _shown(value: object) -> str:  # noqa: PLR0911 - one line a case
    match value:
        case None:
            return ""
        case SecretStr():
            return "(set; not shown)"
        case ():
            return ""
        case (SecretStr(), *_):
            return f"({len(value)} set; not shown)"
        case tuple():
            return ", ".join(value)
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)
