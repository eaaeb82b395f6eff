"""Arguments are converted as Strawberry does, by functions that were made of their types."""

from random import Random
from typing import Any

from graphql import GraphQLError, Undefined, is_object_type
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from gql_api.execution.arguments import Arguments
from gql_api.execution.coercion import Coercions
from gql_api.schema import schema
from gql_api.schema.fields import Refused
from tests.execution.test_coercion import value_of

FIELDS = [
    (definition, definition.extensions["strawberry-definition"])
    for type_ in schema._schema.type_map.values()
    if is_object_type(type_) and not type_.name.startswith("__")
    for definition in type_.fields.values()
    if definition.args
]


def coerced(definition: Any, random: Random, coercions: Coercions) -> dict[str, Any]:
    """Return arguments as GraphQL hands them on, some of them missing."""
    found = {}
    for name, argument in definition.args.items():
        try:
            value = coercions.of(argument.type)(value_of(argument.type, random))
        except GraphQLError:
            value = Undefined
        if value is not Undefined:
            found[name] = value
    return found


def plain(value: Any) -> Any:
    """Return what can be compared: what was refused with its problems."""
    if isinstance(value, Refused):
        return "refused", value.problems
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def test_as_strawberry() -> None:
    random, coercions = Random(7), Coercions()
    scalars, config, info = schema.schema_converter.scalar_registry, schema.config, None
    refused = many = 0
    for number in range(3_000):
        definition, field = FIELDS[number % len(FIELDS)]
        assert isinstance(field, StrawberryField)
        given = coerced(definition, random, coercions)
        expected = convert_arguments(given, field.arguments, scalars, config, info)
        found = Arguments(field.arguments, schema).convert(given, info)
        assert plain(found) == plain(expected), (field.name, given)
        assert [type(each) for each in found.values()] == [type(each) for each in expected.values()]
        refused += "refused" in str(plain(expected))
        many += any(isinstance(each, list) and len(each) > 1 for each in given.values())
    assert refused > 100
    assert many > 20
