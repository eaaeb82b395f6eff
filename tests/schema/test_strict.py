"""Filters that select for writing: nothing in them is null or empty, at any depth."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from graphql.utilities import coerce_input_value
from strawberry.types.arguments import InputContext
from strawberry.types.base import get_object_definition

from gql_api.schema import schema
from gql_api.schema.strict import omissions
from gql_api.schema.task_bulk_inputs import TaskSelection


def found(filter: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the problems of what GraphQL makes of a filter that was sent."""
    type_ = schema._schema.type_map["TaskSelection"]
    assert isinstance(type_, GraphQLInputObjectType)
    coerced = coerce_input_value({"filter": filter}, type_)
    context = InputContext(info=None, config=schema.config, scalar_registry={}, path=("where",))
    definition = get_object_definition(TaskSelection, strict=True)
    return sorted((".".join(each.path[2:]), each.code) for each in omissions(coerced, definition, context))


REFUSED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, [("", "EMPTY")]),
    ({"overdue": None}, [("overdue", "NULL")]),
    ({"title": {}}, [("title", "EMPTY")]),
    ({"title": {"caseSensitive": True}}, [("title", "EMPTY")]),
    ({"title": {"eq": None, "isNull": True}}, [("title.eq", "NULL")]),
    ({"title": None, "search": None}, [("search", "NULL"), ("title", "NULL")]),
    ({"dueAt": {"gte": None, "lt": "2030-01-01T00:00:00Z"}}, [("dueAt.gte", "NULL")]),
    ({"priority": {}, "id": {"in": None}}, [("id.in", "NULL"), ("priority", "EMPTY")]),
    ({"search": ""}, [("search", "EMPTY")]),
    ({"search": ' -"!" '}, [("search", "EMPTY")]),
    (
        {"title": {"contains": ""}, "tags": {"none": {"name": {"startsWith": ""}}}},
        [("tags.none.name.startsWith", "EMPTY"), ("title.contains", "EMPTY")],
    ),
    (
        {"not": {"title": {"endsWith": "", "eq": "x"}}, "id": {"notIn": []}},
        [("id.notIn", "EMPTY"), ("not.title.endsWith", "EMPTY")],
    ),
    ({"and": []}, [("and", "EMPTY")]),
    ({"or": []}, [("or", "EMPTY")]),
    ({"or": None, "completed": True}, [("or", "NULL")]),
    ({"not": {}}, [("not", "EMPTY")]),
    ({"or": [{"completed": True}, {}]}, [("or.1", "EMPTY")]),
    ({"or": {"completed": None}}, [("or.0.completed", "NULL")]),
    ({"not": {"and": [{"not": {"title": {"in": None}}}]}}, [("not.and.0.not.title.in", "NULL")]),
    ({"tags": {"some": {}}}, [("tags.some", "EMPTY")]),
    ({"tags": {"none": {"name": {"caseSensitive": False}}}}, [("tags.none.name", "EMPTY")]),
    ({"category": {"is": {"and": [{"name": {"eq": "x"}}, {}]}}}, [("category.is.and.1", "EMPTY")]),
    (
        {"and": [{"or": []}, {"completed": None}], "search": "?"},
        [("and.0.or", "EMPTY"), ("and.1.completed", "NULL"), ("search", "EMPTY")],
    ),
]

GIVEN: list[dict[str, Any]] = [
    {"completed": False},
    {"search": "é"},
    {"search": "7"},
    {"title": {"eq": ""}},
    {"title": {"in": []}},
    {"description": {"isNull": False, "caseSensitive": True}},
    {"category": {"isNull": False}},
    {"or": [{"completed": True}, {"title": {"eq": "x"}}]},
    {"not": {"tags": {"none": {"id": {"in": []}}}}},
]


@pytest.mark.parametrize(("filter", "problems"), REFUSED, ids=[str(filter) for filter, _ in REFUSED])
def test_what_is_null_or_empty_is_refused(filter: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert found(filter) == problems


@pytest.mark.parametrize("filter", GIVEN, ids=str)
def test_what_is_given_is_not(filter: dict[str, Any]) -> None:
    assert found(filter) == []
