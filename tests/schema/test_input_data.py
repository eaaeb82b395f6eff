"""Inputs are built of what GraphQL has coerced, by names and with nulls that Pydantic itself does not know."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from pydantic import BaseModel, TypeAdapter

from gql_api.schema import schema
from gql_api.schema.category_inputs import CreateCategoryInput
from gql_api.schema.fields import INPUTS
from gql_api.schema.global_id import encode
from gql_api.schema.input_data import Inputs, _by_name, name_of
from gql_api.schema.inputs import CategoryIdFilter, TaskIdFilter
from gql_api.schema.task_inputs import CategoryLink, CreateTaskInput, TaskFilter, TaskPatch
from gql_api.shapes.task import TaskPriority

NOW = datetime(2026, 1, 31, tzinfo=UTC)
TYPES = {
    name: type_
    for name, type_ in schema._schema.type_map.items()
    if isinstance(type_, GraphQLInputObjectType)
    and issubclass(type_.extensions["strawberry-definition"].origin, BaseModel)
}
NEW = {"title": "a", "completed": False, "priority": TaskPriority.LOW, "tags": []}
HOME = str(encode("Category", 7))


@pytest.mark.parametrize("name", TYPES)
def test_every_field_has_the_name_that_is_expected_of_it(name: str) -> None:
    """What is sent under another name would be lost."""
    fields = TYPES[name].extensions["strawberry-definition"].fields
    assert {name_of(field.python_name) for field in fields} == set(TYPES[name].fields)


def fields_in(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield all fields of models in a core schema, wherever they are."""
    if isinstance(schema, dict):
        if schema.get("type") == "model-field":
            yield schema
        for part in schema.values():
            yield from fields_in(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from fields_in(part)


@pytest.mark.parametrize("name", TYPES)
def test_every_field_within_is_known_by_that_name(name: str) -> None:
    model = TYPES[name].extensions["strawberry-definition"].origin
    aliases = [field.get("validation_alias") for field in fields_in(_by_name(TypeAdapter(model).core_schema, model))]
    assert set(TYPES[name].fields) <= set(aliases)
    assert None not in aliases


def test_models_within_have_no_other_fields() -> None:
    """They stand where their GraphQL type says something else, as text for ids."""
    for model in (CategoryIdFilter, TaskIdFilter):
        assert set(map(name_of, model.model_fields)) == set(TYPES["IDFilter"].fields)


@pytest.mark.parametrize(
    ("model", "value", "expected"),
    [
        (CreateTaskInput, NEW, {"description": None, "due_at": None, "category": None}),
        (CreateTaskInput, NEW | {"dueAt": NOW, "description": None}, {"due_at": NOW, "description": None}),
        (CreateTaskInput, NEW | {"category": None}, {"category": None}),
        (
            CreateTaskInput,
            NEW | {"category": {"create": {"name": " b "}}},
            {"category": CategoryLink(id=None, name=None, create=CreateCategoryInput(name="b", color=None))},
        ),
        (CategoryLink, {"id": HOME}, {"id": 7, "name": None, "create": None}),
        (TaskFilter, {}, {"and_": None, "not_": None, "due_at": None}),
    ],
)
def test_they_are_what_was_sent(model: type[BaseModel], value: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    before = dict(value)
    built = INPUTS.build(model, value)
    assert built is not None
    assert type(built) is model
    assert {name: getattr(built, name) for name in expected} == expected
    assert INPUTS.build_all(model, [value, value]) == [built, built]
    assert value == before


def test_what_is_deep_inside_arrives() -> None:
    value = {
        "id": {"notIn": [str(encode("Task", 3))]},
        "and": [{"not": {"category": {"is": {"id": {"in": [HOME]}}}}}, {"dueAt": {"isNull": True}}],
    }
    built: Any = INPUTS.build(TaskFilter, value)
    first, second = built.and_
    assert (built.id.in_, built.id.not_in) == (None, (3,))
    assert first.not_.category.is_.id.in_ == (7,)
    assert second.due_at.is_null is True


def test_changes_are_those_that_were_sent() -> None:
    for value in ({}, {"dueAt": None}, {"dueAt": NOW, "addTags": ["a"]}, {"category": {"id": HOME}}):
        built = INPUTS.build(TaskPatch, value)
        assert built is not None
        assert {name_of(name) for name in built.changes()} == set(value)


def test_what_is_wrong_is_not_built() -> None:
    assert INPUTS.build(CreateTaskInput, NEW | {"title": " "}) is None
    assert INPUTS.build_all(CreateTaskInput, [NEW, NEW | {"title": " "}]) is None
    assert INPUTS.build(CategoryLink, {"id": str(encode("Task", 7))}) is None


class Odd(BaseModel):
    """A model whose fields are called as parts of Pydantic's own schemas are."""

    metadata: str | None
    serialization: list[int]
    schema_: str
    choices: dict[str, Any] = {"type": "model", "metadata": 1}
    type: str = "default"


def test_fields_may_be_called_anything() -> None:
    built = Inputs().build(Odd, {"serialization": [1], "schema": "x"})
    assert built == Odd(metadata=None, serialization=[1], schema_="x")
    built = Inputs().build(Odd, {"metadata": "a", "serialization": [], "schema": "x", "choices": {}, "type": "b"})
    assert built == Odd(metadata="a", serialization=[], schema_="x", choices={}, type="b")
    assert Inputs().build(Odd, {"metadata": "a", "schema": "x"}) is None
