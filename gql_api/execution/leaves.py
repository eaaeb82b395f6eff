"""Leaf values: what is written for a scalar or an enum in compiled code (GraphQL specification, "Result Coercion").

Each has a test that is true for what its values mostly are, and an expression for those. Everything else goes the
ordinary way.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, NamedTuple
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
)
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

PLAIN = frozenset({str, int, float, bool, bytes, date, datetime, time, Decimal, UUID})
"""Classes whose instances are neither exceptions, nor awaitable, nor null."""


class Leaf(NamedTuple):
    """Expressions over `v`, and what they need by name."""

    test: str
    expression: str
    needs: dict[str, Any]
    sure: bool
    """Whether the expression is a value always; where not, it may be null or undefined."""
    takes: type | None = None
    """A class for all whose instances in rows the test is true."""

    def of(self, value: str) -> str:
        """Return the expression of another one than `v`."""
        return re.sub(r"\bv\b", value, self.expression)


Written = Mapping[str, Leaf]
"""By the name of a type: values that stay as they are, because who encodes the answer writes them as the type would."""


def leaf(type_: Any, name: Callable[[str, Any], str], written: Written) -> Leaf:
    """Return a type's leaf, of which each need has been given a name that is its own."""
    if type_.name in written:
        return written[type_.name]
    if type_ in TESTS and _is_standard(type_):
        return Leaf(TESTS[type_], "v", {"isfinite": isfinite}, sure=True, takes=TAKES.get(type_))
    if isinstance(type_, GraphQLEnumType) and (names := _names(type_)):
        enum = type(next(iter(names)))
        return Leaf(f"v.__class__ is {name('Enum', enum)}", f"{name('names', names)}[v]", {}, sure=True, takes=enum)
    return Leaf("v.__class__ in PLAIN", f"{name('coerce', type_.coerce_output_value)}(v)", {"PLAIN": PLAIN}, sure=False)


TESTS: dict[Any, str] = {
    GraphQLString: "v.__class__ is str",
    GraphQLID: "v.__class__ is str",
    GraphQLBoolean: "v.__class__ is bool",
    GraphQLInt: f"v.__class__ is int and {GRAPHQL_MIN_INT} <= v <= {GRAPHQL_MAX_INT}",
    GraphQLFloat: "v.__class__ is float and isfinite(v)",
}
"""For which values of the standard scalars a type's value is the value itself."""

TAKES: dict[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Those for which that is so for all of a class."""


def _is_standard(type_: Any) -> bool:
    """Whether nobody has given a standard scalar a coercion of their own."""
    return type_.coerce_output_value is STANDARD[type_.name]


STANDARD = {type_.name: type_.coerce_output_value for type_ in TESTS}


def _names(type_: GraphQLEnumType) -> dict[Enum, str] | None:
    """Return the names of a Python enum's members, where the type is made of one and knows them all."""
    enum = getattr(type_, "wrapped_cls", None)
    if not isinstance(enum, type) or not issubclass(enum, Enum):
        return None
    try:
        return {member: type_.coerce_output_value(member) for member in enum}
    except (ValueError, GraphQLError):
        return None
