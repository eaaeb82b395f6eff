"""The schema against the contract: a change of either is made on purpose, in both."""

from pathlib import Path

from graphql import GraphQLSchema, build_schema, lexicographic_sort_schema, print_schema

from gql_api.schema import schema

CONTRACT = Path(__file__).with_name("contract.graphql")


def bare(sdl: str) -> str:
    """Return a schema in one order, without descriptions."""
    found: GraphQLSchema = lexicographic_sort_schema(build_schema(sdl))
    for type_ in found.type_map.values():
        type_.description = None
        fields = getattr(type_, "fields", {}).values()
        arguments = [argument for field in fields for argument in getattr(field, "args", {}).values()]
        for element in (*fields, *arguments, *getattr(type_, "values", {}).values()):
            element.description = None
    for directive in found.directives:
        directive.description = None
    return print_schema(found)


def test_the_schema_is_the_contract() -> None:
    assert bare(schema.as_str()) == CONTRACT.read_text()
