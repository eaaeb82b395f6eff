"""What a schema declares of its fields beyond their resolvers, so that an operation can be compiled around them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType

COMPILED = "gql_api.compiled"
"""Under which key a field's metadata holds its declaration."""


READS = "gql_api.reads"
"""Under which key a root field's metadata holds with how many statements its resolver reads, where that is certain.

What a mutation reads in its own transaction does not count.
"""


@dataclass(frozen=True, slots=True)
class Derived:
    """A field that follows from its parent and the context alone: at once, without effects."""

    function: Callable[..., Any]
    """Takes the attributes that it needs and, in a context, that after them."""
    needs: tuple[str, ...] | None = None
    """Those attributes of the parent; None for the parent itself."""
    _: KW_ONLY
    in_context: bool = True
    gives: type | None = None
    """The class of all that it answers, where there is one."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that is answered for many parents at once, by a key of each; null without a key."""

    key: str | None
    """The attribute of the parent that is its key; None for the parent itself."""
    load: Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]
    """Begins to load, of a context, what there is for each of these keys, and returns that in their order: an exception
    for a key that failed alone. Whether it is awaited does not matter to anybody else.
    """
    reads: int = 1
    """With how many statements at most."""
    along: str | None = None
    """Under which name a query that reads parents may bring along what they are related to: then nothing is left to be
    read.
    """


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field that is an attribute of its parent."""

    name: str


Declaration = Derived | Relation | Attribute | None
"""None: what the field is, only its resolver knows."""


def reads(definition: GraphQLField) -> int | None:
    """Return with how many statements a root field's resolver reads; None where that is not certain."""
    field = definition.extensions.get("strawberry-definition")
    found = None if field is None else field.metadata.get(READS)
    return found if isinstance(found, int) else None


def instances_of(cls: type) -> Callable[[object, object], bool]:
    """Return an `is_type_of` for a GraphQL type whose objects are the instances of a class."""

    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, cls)

    is_type_of.instances = cls  # type: ignore[attr-defined]
    return is_type_of


def instances(type_: GraphQLObjectType) -> type | None:
    """Return the class whose instances the type's objects are, where that is declared."""
    found = getattr(type_.is_type_of, "instances", None)
    return found if isinstance(found, type) else None


def made_of(type_: GraphQLObjectType) -> type | None:
    """Return the class that Strawberry has made the type of, where its instances are always of this type, unless they
    are cast to another.
    """
    definition: Any = type_.extensions.get("strawberry-definition")
    if definition is None or definition.is_type_of is not None:
        return None
    origin: type = definition.origin
    return origin if vars(origin).get("__strawberry_definition__") is definition else None


def declaration(definition: GraphQLField) -> Declaration:
    """Return what is declared of a field, or what Strawberry has made of an attribute without a resolver."""
    field = definition.extensions.get("strawberry-definition")
    if field is None:
        return None
    if (declared := field.metadata.get(COMPILED)) is not None:
        return declared  # type: ignore[no-any-return]
    if getattr(definition.resolve, "_is_default", False) and field.default_resolver is getattr:
        return Attribute(field.python_name)
    return None
