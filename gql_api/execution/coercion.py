"""Input values: functions made once of input types (GraphQL specification, "Input Coercion").

They answer what graphql-core's `coerce_input_value` does, `Undefined` for what is wrong; it has to find out anew what a
type is for each value of a list. What is wrong with a value graphql-core says.
"""

from collections.abc import Callable
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


class Field(NamedTuple):
    name: str
    out: str
    same: type | None
    """The class of values that it takes as they are."""
    coerce: Coerce
    is_required: bool
    default: Callable[[], Any] | None


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

    def _object(self, type_: GraphQLInputObjectType) -> Coerce:  # noqa: C901 - a branch is faster than a call
        fields = [self._field(name, field) for name, field in type_.fields.items()]
        names = type_.fields.keys()
        one_of = type_.is_one_of
        finish = None if type_.out_type is GraphQLInputObjectType.out_type else type_.out_type

        def coerce(value: Any) -> Any:
            if value is None or value is Undefined:
                return None
            if value.__class__ is not dict or not value.keys() <= names:
                return coerce_input_value(value, type_)
            found = {}
            for name, out, same, coerce_field, required, default in fields:
                given = value.get(name, Undefined)
                if given.__class__ is same:
                    found[out] = given
                elif given is not Undefined:
                    coerced = coerce_field(given)
                    if coerced is Undefined:
                        return Undefined
                    found[out] = coerced
                elif required:
                    return Undefined
                elif default is not None:
                    found[out] = default()
            if one_of and (len(found) != 1 or len(value) != 1 or None in found.values()):
                return coerce_input_value(value, type_)
            return found if finish is None else finish(found)

        return coerce

    def _field(self, name: str, field: GraphQLInputField) -> Field:
        type_: Any = field.type
        same = SAME.get(get_nullable_type(type_))
        return Field(
            name, field.out_name or name, same, self.of(type_), is_required_input_field(field), _default(field)
        )


def _default(field: GraphQLInputField) -> Callable[[], Any] | None:
    """Return what gives a field's default value; None where it has none."""
    if field.default is None and field.default_value is Undefined:
        return None
    return partial(coerce_default_value, field)


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

    def coerce_leaf(value: Any) -> Any:
        if value.__class__ is same or value is None or value is Undefined:
            return None if value is Undefined else value
        try:
            return coerce(value)
        except Exception:  # noqa: BLE001 - as graphql-core: whatever it is, the value is wrong
            return Undefined

    return coerce_leaf
