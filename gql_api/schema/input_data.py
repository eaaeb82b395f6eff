"""From what GraphQL has coerced to inputs, by validators that are made once of Pydantic's own.

They know fields by their names in GraphQL, and take null for those that are not given. Strawberry renames and fills in
the fields of each value, and that is most of what creating many things takes. Where something is wrong with a value,
Strawberry still says what.
"""

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator
from pydantic_core.core_schema import list_schema
from strawberry.utils.str_converters import to_camel_case

ModelT = TypeVar("ModelT", bound=BaseModel)

INSIDE = {"schema", "definitions", "items_schema"}
"""Under which keys Pydantic's schemas have others in them, as far as inputs have such."""


class Inputs:
    """Builds the inputs of a schema."""

    def __init__(self) -> None:
        self._one: dict[type[BaseModel], SchemaValidator] = {}
        self._many: dict[type[BaseModel], SchemaValidator] = {}

    def build(self, model: type[ModelT], value: Mapping[str, Any]) -> ModelT | None:
        """Return the input; None where something is wrong with it."""
        if model not in self._one:
            self._learn(model)
        try:
            built: ModelT = self._one[model].validate_python(value)
        except ValidationError:
            return None
        return built

    def build_all(self, model: type[ModelT], values: Sequence[Mapping[str, Any]]) -> list[ModelT] | None:
        """Return the inputs; None where something is wrong with one. Many at once take less time than one by one."""
        if model not in self._many:
            self._learn(model)
        try:
            built: list[ModelT] = self._many[model].validate_python(values)
        except ValidationError:
            return None
        return built

    def _learn(self, model: type[BaseModel]) -> None:
        schema = _by_name(TypeAdapter(model).core_schema, model)
        # Or the models' own validators would be taken for the parts.
        self._one[model] = SchemaValidator(schema, _use_prebuilt=False)
        self._many[model] = SchemaValidator(list_schema(schema), _use_prebuilt=False)


def name_of(field: str) -> str:
    """Return the name in GraphQL of an input's field. What is a word of Python's has an underscore more there."""
    return to_camel_case(field.removesuffix("_"))


def _by_name(schema: Any, model: type[BaseModel]) -> Any:
    """Return a core schema that takes fields by their names in GraphQL, or a part of one, inside of a model."""
    if schema.__class__ is list:
        return [_by_name(each, model) for each in schema]
    if schema.__class__ is not dict or "type" not in schema:
        return schema
    if schema["type"] == "model-fields":
        return schema | {"fields": {name: _field(name, each, model) for name, each in schema["fields"].items()}}
    if schema["type"] == "model":
        model = schema["cls"]
    return {key: _by_name(part, model) if key in INSIDE else part for key, part in schema.items()}


def _field(name: str, schema: Any, model: type[BaseModel]) -> Any:
    """Return the core schema of a model's field, by its name in GraphQL, and null where it is not given."""
    known, made = model.model_fields[name], _by_name(schema["schema"], model)
    if known.is_required() and NoneType in get_args(known.annotation):
        made = {"type": "default", "schema": made, "default": None}
    return schema | {"schema": made, "validation_alias": name_of(name)}
