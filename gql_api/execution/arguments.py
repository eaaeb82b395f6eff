"""Arguments: from what GraphQL has coerced to what resolvers are given, by functions made once of arguments' types.

They return what Strawberry's `convert_arguments` does; that has to find out anew what a type is for each value of a
list. What is not seen to here Strawberry converts.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import strawberry
from graphql import Undefined
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import InputContext, StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, get_object_definition

Path: TypeAlias = tuple[str | int, ...]
Convert: TypeAlias = Callable[[Any, strawberry.Info | None, Path], Any]
"""Returns what is given for a value that is not null, with its place in the arguments."""

One: TypeAlias = Callable[[type, Mapping[str, Any], InputContext], Any]
Many: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], list[Any] | None]


class FromInput:
    """An input type's `from_input`, with what builds a whole list of such inputs at once."""

    def __init__(self, one: One, many: Many) -> None:
        """`many` returns None where something is wrong with one of them: then they are built one by one."""
        self.one = one
        self.many = many

    def __call__(self, model: type, value: Mapping[str, Any], context: InputContext) -> Any:
        return self.one(model, value, context)


class Arguments:
    """The arguments of a field."""

    def __init__(self, arguments: Sequence[StrawberryArgument], schema: strawberry.Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._known = [
            (self._config.name_converter.from_argument(each), each.python_name, self._conversion(each.type))
            for each in arguments
        ]
        """None where values are what GraphQL says."""

    def convert(self, given: Mapping[str, Any], info: strawberry.Info | None) -> dict[str, Any]:
        """Return those that are given, by their names in Python. Raises what is wrong with them."""
        return {
            python_name: value if convert is None or value is None else convert(value, info, (name,))
            for name, python_name, convert in self._known
            if (value := given.get(name, Undefined)) is not Undefined
        }

    def _conversion(self, type_: Any) -> Convert | None:
        if isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
            type_ = type_.of_type
        if type_ is not GlobalID and is_scalar(type_, self._scalars):
            return None
        if isinstance(type_, StrawberryList) and isinstance(build := _from_input(type_.of_type), FromInput):
            return partial(self._inputs, type_.of_type, build)
        if (build := _from_input(type_)) is not None:
            return partial(self._input, type_, build)
        return lambda value, info, path: convert_argument(value, type_, self._scalars, self._config, info, path=path)

    def _input(self, type_: Any, build: One, value: Any, info: strawberry.Info | None, path: Path) -> Any:
        return build(type_, value, InputContext(info, self._config, self._scalars, path))

    def _inputs(self, type_: Any, build: FromInput, values: Any, info: strawberry.Info | None, path: Path) -> list[Any]:
        built = build.many(values)
        if built is not None:
            return built
        return [self._input(type_, build, value, info, (*path, index)) for index, value in enumerate(values)]


def _from_input(type_: Any) -> One | None:
    definition = get_object_definition(type_)
    return definition.from_input if definition is not None else None
