"""The schema's conventions, asserted for every element of it: none can be forgotten."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    build_schema,
    get_named_type,
    get_nullable_type,
)
from pydantic import BaseModel
from strawberry.types.base import StrawberryMaybe, StrawberryObjectDefinition

from gql_api.execution.arguments import FromInput
from gql_api.schema import schema
from gql_api.schema.changes import deprecated
from gql_api.schema.fields import CheckedArguments, CheckedMutation
from gql_api.schema.relation import relation
from gql_api.shapes.base import Entity, Shape

TYPES: dict[str, Any] = {name: type_ for name, type_ in schema._schema.type_map.items() if not name.startswith("__")}
SCALARS = {"ID", "Int", "Float", "String", "Boolean"}
OBJECTS = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLObjectType)}


def definition(name: str) -> StrawberryObjectDefinition:
    found = schema.get_type_by_name(name)
    assert isinstance(found, StrawberryObjectDefinition)
    return found


def elements() -> Iterator[tuple[str, str | None]]:
    for name, type_ in TYPES.items():
        if name in SCALARS:
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument, value in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument})", value.description
        if isinstance(type_, GraphQLEnumType):
            for value_name, enum_value in type_.values.items():
                yield f"{name}.{value_name}", enum_value.description


def test_everything_is_described() -> None:
    assert [name for name, description in elements() if not (description or "").strip()] == []


SHAPED = [name for name in OBJECTS if issubclass(definition(name).origin, BaseModel)]


def test_the_entities_are_made_of_shapes() -> None:
    assert set(SHAPED) == {"Task", "Category", "Tag"}


@pytest.mark.parametrize("name", SHAPED)
def test_a_type_mirrors_its_shape(name: str) -> None:
    """It subclasses the shape, answers plain shapes as its own, hides foreign keys and makes the id global."""
    found = definition(name)
    shape = found.origin.__mro__[1]
    assert issubclass(shape, Entity)
    assert shape.__module__.startswith("gql_api.shapes.")
    instance = shape.model_construct(id=1)
    assert found.is_type_of is not None
    assert found.is_type_of(instance, None)  # type: ignore[arg-type]
    assert not found.is_type_of(Shape.model_construct(), None)  # type: ignore[arg-type]
    published = {field.python_name for field in found.fields}
    keys = {field for field in shape.model_fields if field.endswith("_id")}
    assert set(shape.model_fields) - keys <= published
    assert not keys & published
    assert [interface.name for interface in found.interfaces] == ["Node"]


def test_relations_are_declared() -> None:
    """A field of an entity that answers another entity is made by `relation`, so that only loaders load it."""
    declared = relation(int, key="id", loader=lambda loaders: loaders.task_by_id, description="").__qualname__
    found = {}
    for name in SHAPED:
        for field in definition(name).fields:
            named = get_named_type(TYPES[name].fields[schema.config.name_converter.from_field(field)].type)
            if named.name in SHAPED:
                assert field.base_resolver is not None
                found[f"{name}.{field.python_name}"] = field.base_resolver.wrapped_func.__qualname__
    assert found == {"Task.category": declared, "Task.tags": declared}


def test_mutation_fields_are_nullable_unions_with_every_error_a_user_error() -> None:
    mutation = schema._schema.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        assert isinstance(field.type, GraphQLUnionType), name
        assert field.type.name == f"{name[0].upper()}{name[1:]}Result"
        success, *errors = field.type.types
        assert success.name.endswith("Success")
        assert all("UserError" in {interface.name for interface in error.interfaces} for error in errors)
        assert {"ValidationError", "NotFoundError"} <= {error.name for error in errors}


def test_query_fields_that_can_fail_alone_are_nullable_and_lists_are_not() -> None:
    query = schema._schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        single = name in {"node", "task", "category", "tag"}
        assert isinstance(field.type, GraphQLNonNull) is not single, name


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_with_arguments_has_them_checked(name: str) -> None:
    wanted = CheckedMutation if name == "Mutation" else CheckedArguments
    for field in definition(name).fields:
        if field.arguments:
            assert [type(extension) for extension in field.extensions] == [wanted], field.python_name


def test_every_input_collects_its_problems() -> None:
    for name, type_ in TYPES.items():
        if isinstance(type_, GraphQLInputObjectType):
            build = definition(name).from_input
            assert build is not None
            one = build.one if isinstance(build, FromInput) else build
            assert one.__name__ == "build_or_refuse", name


def test_patches_tell_absent_from_null() -> None:
    """Every field of a patch is a Maybe: an ordinary optional field would be filled in with null, and erase data."""
    patches = [name for name in TYPES if name.endswith("Patch")]
    assert patches
    for name in patches:
        for field in definition(name).fields:
            assert isinstance(field.type, StrawberryMaybe), f"{name}.{field.python_name}"
            published = TYPES[name].fields[schema.config.name_converter.from_field(field)]
            assert not isinstance(published.type, GraphQLNonNull)
            assert published.default_value is Undefined


def test_lists_are_bounded() -> None:
    """Every list that is answered from the root has a limit, with the contract's default."""
    query = schema._schema.query_type
    assert query is not None
    lists = {
        name: field for name, field in query.fields.items() if isinstance(get_nullable_type(field.type), GraphQLList)
    }
    assert set(lists) == {"nodes", "tasks", "categories", "tags"}
    del lists["nodes"]  # as long as its ids, of which there may be 100
    for field in lists.values():
        assert (field.args["limit"].default_value, field.args["offset"].default_value) == (20, 0)


def test_what_is_deprecated_says_why_and_from_when_it_may_be_gone() -> None:
    dated = re.compile(r"\w+ .*\b\d{4}-\d\d-\d\d\b")
    assert [where for where, reason in deprecated(schema._schema).items() if not dated.search(reason)] == []
    why = "Use `b`. It may be gone from 2027-01-31."
    example = build_schema(
        f'type Query {{ a(x: Int @deprecated): Int @deprecated(reason: "{why}") b: E }} enum E {{ V @deprecated }}'
    )
    assert {where: bool(dated.search(reason)) for where, reason in deprecated(example).items()} == {
        "Query.a": True,
        "Query.a(x:)": False,
        "E.V": False,
    }


def test_optional_arguments_and_inputs_publish_no_default_of_null() -> None:
    assert "= null" not in schema.as_str()
