"""How a setting is declared: its default, what it is for, and whom it counts for."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

Scope = Literal["all workers", "each worker", "built-in PostgreSQL"]
"""Whom a setting counts for: all processes of a server together, each of them for itself, or none of them."""

COMMAND_DECIDES = "on in `dev`, off in `serve`"


def setting(
    default: object,
    scope: Scope,
    meaning: str,
    *,
    shown: str = "",
    default_factory: Callable[[], object] | None = None,
    **rules: Any,
) -> Any:
    """Declare a setting. `shown` is its default in words, where the value does not say it; `rules` are Pydantic's."""
    about: dict[str, Any] = {"description": meaning, "json_schema_extra": {"scope": scope, "default": shown}, **rules}
    if default_factory is not None:
        return Field(default_factory=default_factory, **about)
    return Field(default, **about)


def bare(value: object) -> object:
    """Return an address without blanks and quotes around it, which some ways of setting a variable leave there."""
    return value.strip().strip("'\"") if isinstance(value, str) else value


def listed(value: object) -> object:
    """Return what is set as one text, with commas or blanks between, as a list."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value
