"""From what GraphQL has coerced to what Pydantic is given for an input, with what is known of its fields found once.

Strawberry finds it anew for each value, and that is most of what creating many things takes. Where something is wrong
with a value, Strawberry still says what.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryContainer, StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.lazy_type import LazyType

ModelT = TypeVar("ModelT", bound=BaseModel)

Convert = Callable[[Any], Any]


class Fields(NamedTuple):
    """What is known of a model's fields."""

    named: dict[str, tuple[str, Convert | None]]
    """By their names in GraphQL. None is for what Pydantic takes as it is: scalars, enums, and lists of them."""
    filled: dict[str, None]
    """Those that are null for Pydantic when they are not given, because the model requires them."""


class Inputs:
    """Builds the inputs of a schema."""

    def __init__(self) -> None:
        self._fields: dict[type[BaseModel], Fields] = {}
        self._lists: dict[type[BaseModel], TypeAdapter[list[Any]]] = {}

    def build(self, model: type[ModelT], value: Mapping[str, Any], context: InputContext) -> ModelT | None:
        """Return the input; None where something is wrong with it."""
        if model not in self._fields:
            self._learn(model, context)
        try:
            return model.model_validate(self._data(model, value), by_alias=False, by_name=True)
        except ValidationError:
            return None

    def build_all(
        self, model: type[ModelT], values: Iterable[Mapping[str, Any]], context: InputContext
    ) -> list[ModelT] | None:
        """Return the inputs; None where something is wrong with one. Many at once take less time than one by one."""
        if model not in self._fields:
            self._learn(model, context)
        if model not in self._lists:
            self._lists[model] = TypeAdapter(list[model])  # type: ignore[valid-type]
        data = [self._data(model, value) for value in values]
        try:
            return self._lists[model].validate_python(data, by_alias=False, by_name=True)
        except ValidationError:
            return None

    def _data(self, model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
        fields = self._fields[model]
        data: dict[str, Any] = fields.filled.copy()
        for name, given in value.items():
            key, convert = fields.named[name]
            data[key] = given if convert is None or given is None else convert(given)
        return data

    def _learn(self, model: type[BaseModel], context: InputContext) -> None:
        """Find what is known of a model's fields, and of those of the models in it."""
        definition = get_object_definition(model, strict=True)
        fields = self._fields[model] = Fields({}, {})
        for field in definition.fields:
            type_ = field.resolve_type(type_definition=definition)
            name = context.config.name_converter.from_field(field)
            fields.named[name] = (field.python_name, self._conversion(type_, context))
            if isinstance(type_, StrawberryOptional) and model.model_fields[field.python_name].is_required():
                fields.filled[field.python_name] = None

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
