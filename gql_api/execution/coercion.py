"""Input values: functions made once of input types (GraphQL specification, "Input Coercion").

They answer what graphql-core's `coerce_input_value` does, `Undefined` for what is wrong; it has to find out anew what a
type is for each value of a list. What is wrong with a value graphql-core says.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLString,
    Undefined,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities import coerce_input_value
from graphql.utilities.coerce_input_value import coerce_default_value

Coerce = Callable[[Any], Any]

SAME = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Standard scalars that take values of a class as they are."""


MOST_KINDS = 100
"""Of how many kinds of objects, by which fields they have, it is remembered what they have besides, for each type."""


class Field(NamedTuple):
    out: str
    same: type | None
    """The class of values that it takes as they are."""
    coerce: Coerce


class Coercions:
    """The functions of a schema's input types."""

    def __init__(self) -> None:
        self._named: dict[Any, Coerce] = {}
        """Of lists, and of what may not be null, there is one for each time that it is said."""

    def of(self, type_: Any) -> Coerce:
        """Return the function of a type."""
        if is_non_null_type(type_):
            return _non_null(self.of(type_.of_type))
        if is_list_type(type_):
            return _list(type_, self.of(type_.of_type))
        if type_ not in self._named:
            if is_input_object_type(type_):
                # It may be inside of itself: then it is found when it is called.
                self._named[type_] = partial(self._found, type_)
                self._named[type_] = self._object(type_)
            else:
                self._named[type_] = _leaf(type_)
        return self._named[type_]

    def _found(self, type_: Any, value: Any) -> Any:
        return self._named[type_](value)

    def _object(self, type_: GraphQLInputObjectType) -> Coerce:
        fields = {name: self._field(name, field) for name, field in type_.fields.items()}
        one_of = type_.is_one_of
        finish = None if type_.out_type is GraphQLInputObjectType.out_type else type_.out_type
        kinds: dict[tuple[str, ...], dict[str, Any]] = {}
        absent_of = partial(_absent, type_, fields, kinds)

        def coerce(value: Any) -> Any:  # noqa: PLR0911 - a branch is faster than a call
            if value is None or value is Undefined:
                return None
            if value.__class__ is not dict:
                return coerce_input_value(value, type_)
            names = tuple(value)
            absent = kinds.get(names) or absent_of(names)
            if absent is None:
                return coerce_input_value(value, type_)
            found = absent.copy()
            for name, given in value.items():
                out, same, coerce_field = fields[name]
                if given.__class__ is same:
                    found[out] = given
                elif given is Undefined:
                    return coerce_input_value(value, type_)
                elif (coerced := coerce_field(given)) is Undefined:
                    return Undefined
                else:
                    found[out] = coerced
            if one_of and None in found.values():
                return coerce_input_value(value, type_)
            return found if finish is None else finish(found)

        return coerce

    def _field(self, name: str, field: GraphQLInputField) -> Field:
        type_: Any = field.type
        return Field(field.out_name or name, SAME.get(get_nullable_type(type_)), self.of(type_))


def _absent(
    type_: GraphQLInputObjectType, fields: Mapping[str, Field], kinds: dict[Any, dict[str, Any]], names: tuple[str, ...]
) -> dict[str, Any] | None:
    """Return what objects with fields of these names are before their values are known: the defaults of other fields,
    all in the type's order; None where there must be others. It is remembered.

    A default that is wrong is told here, when it is needed.
    """
    wrong = not fields.keys() >= set(names) or (type_.is_one_of and len(names) != 1)
    if wrong or any(is_required_input_field(field) for name, field in type_.fields.items() if name not in names):
        return None
    values = {
        fields[name].out: None if name in names else coerce_default_value(field) for name, field in type_.fields.items()
    }
    if len(kinds) >= MOST_KINDS:
        kinds.clear()
    return kinds.setdefault(names, {out: value for out, value in values.items() if value is not Undefined})


def _non_null(coerce: Coerce) -> Coerce:
    def coerce_non_null(value: Any) -> Any:
        return Undefined if value is None or value is Undefined else coerce(value)

    return coerce_non_null


def _list(type_: Any, coerce: Coerce) -> Coerce:
    def coerce_list(value: Any) -> Any:
        if value is None or value is Undefined:
            return None
        if value.__class__ is not list:
            return coerce_input_value(value, type_)
        found = []
        for item in value:
            coerced = coerce(item)
            if coerced is Undefined:
                return Undefined
            found.append(coerced)
        return found

    return coerce_list


def _leaf(type_: Any) -> Coerce:
    same = SAME.get(type_)
    coerce = type_.coerce_input_value
    known: dict[str, Any] = {}

    def coerce_leaf(value: Any) -> Any:
        if value.__class__ is same or value is None or value is Undefined:
            return None if value is Undefined else value
        try:
            return coerce(value)
        except Exception:  # noqa: BLE001 - as graphql-core: whatever it is, the value is wrong
            return Undefined

    def coerce_enum(value: Any) -> Any:
        if value.__class__ is str and value in known:
            return known[value]
        coerced = coerce_leaf(value)
        if value.__class__ is str and coerced is not Undefined:  # no more than the type has
            known[value] = coerced
        return coerced

    return coerce_enum if is_enum_type(type_) else coerce_leaf
