"""Enums of the shapes in GraphQL, with a description for each value."""

from enum import Enum

import strawberry
from strawberry.types.enum import has_enum_definition


def describe_enum(cls: type[Enum], description: str, **values: str) -> None:
    """Make a GraphQL enum of a Python one. Raises KeyError for a value without a description."""
    strawberry.enum(cls, description=description)
    assert has_enum_definition(cls)  # noqa: S101 - for the type checker; the line above makes it so
    for value in cls.__strawberry_definition__.values:
        value.description = values[value.name]
