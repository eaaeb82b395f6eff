"""From what GraphQL has coerced to what Pydantic is given for an input, with what is known of its fields found once.

Strawberry finds it anew for each value, and that is most of what creating many things takes. Where something is wrong
with a value, Strawberry still says what.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryContainer, StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.lazy_type import LazyType

ModelT = TypeVar("ModelT", bound=BaseModel)

Convert = Callable[[Any], Any]


class Field(NamedTuple):
    name: str
    """In GraphQL."""
    key: str
    convert: Convert | None
    """None for what Pydantic takes as it is: scalars, enums, and lists of them."""
    is_filled: bool
    """Whether it is null for Pydantic when it is not given, because the model requires it."""


Fields = dict[type[BaseModel], list[Field]]


class Inputs:
    """Builds the inputs of a schema."""

    def __init__(self) -> None:
        self._fields: Fields = {}

    def build(self, model: type[ModelT], value: Mapping[str, Any], context: InputContext) -> ModelT | None:
        """Return the input; None where something is wrong with it."""
        if model not in self._fields:
            self._learn(model, context)
        try:
            return model.model_validate(self._data(model, value), by_alias=False, by_name=True)
        except ValidationError:
            return None

    def _data(self, model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, key, convert, is_filled in self._fields[model]:
            if name in value:
                given = value[name]
                data[key] = given if convert is None or given is None else convert(given)
            elif is_filled:
                data[key] = None
        return data

    def _learn(self, model: type[BaseModel], context: InputContext) -> None:
        """Find what is known of a model's fields, and of those of the models in it."""
        definition = get_object_definition(model, strict=True)
        fields = self._fields[model] = []
        for field in definition.fields:
            type_ = field.resolve_type(type_definition=definition)
            is_filled = isinstance(type_, StrawberryOptional) and model.model_fields[field.python_name].is_required()
            name = context.config.name_converter.from_field(field)
            fields.append(Field(name, field.python_name, self._conversion(type_, context), is_filled))

    def _conversion(self, type_: Any, context: InputContext) -> Convert | None:
        while isinstance(type_, LazyType | StrawberryContainer) and not isinstance(type_, StrawberryList):
            type_ = type_.resolve_type() if isinstance(type_, LazyType) else type_.of_type
        if isinstance(type_, StrawberryList):
            item = self._conversion(type_.of_type, context)
            return None if item is None else partial(_each, item)
        if isinstance(type_, type) and issubclass(type_, BaseModel):
            if type_ not in self._fields:
                self._learn(type_, context)
            return partial(self._data, type_)
        return None


def _each(convert: Convert, values: Any) -> list[Any]:
    return [None if value is None else convert(value) for value in values]
