"""schema.graphql says what the code does."""

from pathlib import Path

from graphql import build_schema, lexicographic_sort_schema, print_schema
from graphql.utilities import find_schema_changes

from gql_api.schema import schema

FILE = Path(__file__).parents[1] / "schema.graphql"


def test_the_file_is_the_schema_of_the_code() -> None:
    """Compares schemas, not text: order and wording of the file are free, `make schema` writes it anew."""
    written, of_the_code = build_schema(FILE.read_text()), build_schema(schema.as_str())
    assert [change.description for change in find_schema_changes(written, of_the_code)] == []
    assert [change.description for change in find_schema_changes(of_the_code, written)] == []


def test_the_descriptions_are_those_of_the_code() -> None:
    written, of_the_code = build_schema(FILE.read_text()), build_schema(schema.as_str())
    shown = [print_schema(lexicographic_sort_schema(each)) for each in (written, of_the_code)]
    assert shown[0] == shown[1], "run `make schema`"
