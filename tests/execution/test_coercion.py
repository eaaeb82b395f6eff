"""Input values are coerced as graphql-core does, by functions that were made of their types."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    Undefined,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities import coerce_input_value

from gql_api.execution import Coercions
from gql_api.schema import schema

WRONG: tuple[Any, ...] = (None, 1, "x", [], {}, {"unknown": 1}, True, 1.5, [None], Undefined)

NAMED: Any = GraphQLInputObjectType(
    "Named",
    lambda: {
        "name": GraphQLInputField(GraphQLNonNull(GraphQLString), out_name="called"),
        "numbers": GraphQLInputField(GraphQLList(GraphQLNonNull(GraphQLInt)), default_value=[1, 2]),
        "inner": GraphQLInputField(NAMED),
    },
    out_type=lambda value: (tuple(value), value),
)
ONE_OF: Any = GraphQLInputObjectType(
    "OneOf", {"a": GraphQLInputField(GraphQLInt), "b": GraphQLInputField(GraphQLList(NAMED))}, is_one_of=True
)
ALL: dict[str, Any] = schema._schema.type_map
OURS = [each for name, each in ALL.items() if is_input_type(each) and not name.startswith("__")]


def value_of(type_: Any, random: Random, depth: int = 0) -> Any:  # noqa: PLR0911 - one for each kind of type
    """Return a value for a type, which is mostly right."""
    if random.random() < 0.03:
        return random.choice(WRONG)
    if is_non_null_type(type_):
        return value_of(type_.of_type, random, depth)
    if random.random() < 0.1:
        return None
    if is_list_type(type_):
        items = [value_of(type_.of_type, random, depth + 1) for _ in range(random.randrange(3))]
        return items if random.random() < 0.9 else value_of(type_.of_type, random, depth)
    if is_input_object_type(type_):
        fields = list(type_.fields.items())
        if random.random() < 0.2:
            name, field = random.choice(fields)
            return {name: value_of(field.type, random, depth + 1)}
        share = 0.5 if depth < 3 else 0.1
        return {
            name: value_of(field.type, random, depth + 1)
            for name, field in fields
            if random.random() < share or is_required_input_field(field)
        }
    if isinstance(type_, GraphQLEnumType):
        return random.choice(list(type_.values))
    usual: dict[str, list[Any]] = {
        "Int": [1, 2**40],
        "Boolean": [True, False],
        "DateTime": ["2026-01-31T09:30:00Z"],
        "ID": ["1", 1],
    }
    return random.choice(usual.get(type_.name, ["x", "", "Ä"]))


def told(coerce: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return coerce(*arguments)
    except GraphQLError as error:
        return "raised", str(error)


@pytest.mark.parametrize("types", [OURS, [NAMED, ONE_OF, GraphQLList(GraphQLList(ONE_OF))]], ids=["ours", "made up"])
def test_as_graphql_core(types: list[Any]) -> None:
    random, coercions = Random(7), Coercions()
    right = 0
    for _ in range(4_000):
        type_ = random.choice(types)
        value = value_of(type_, random)
        expected, found = told(coerce_input_value, value, type_), told(coercions.of(type_), value)
        assert (type(found), found) == (type(expected), expected), (type_, value)
        right += expected is not Undefined
    assert 400 < right < 3_900  # of each kind some
