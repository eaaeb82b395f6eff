"""Shapes of trusted values: what the database holds has been validated when it was sent."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from gql_api.shapes.base import Shape

ShapeT = TypeVar("ShapeT", bound=Shape)


class Kind(NamedTuple):
    """What is known of a value."""

    cls: type
    """Its class, if it is not None."""
    nullable: bool
    """Whether it may be None."""


def constructor(shape: type[ShapeT], places: Mapping[str, int] | None = None) -> Callable[[Sequence[Any]], ShapeT]:
    """Return what makes a shape of a row that begins with the values of its fields, in their order; or that has these
    fields in these places, and to ask such a shape for another raises AttributeError.

    It is what `model_validate` makes of the same values, in a third of the time, which for a page of rows counts. Of a
    value nothing is converted but the number or text of an enumeration to its member.
    """
    if places is None:
        places = {name: place for place, name in enumerate(shape.model_fields)}
    converted = members(shape)
    values = [
        f"{name!r}: members_{name}[row[{place}]]" if name in converted else f"{name!r}: row[{place}]"
        for name, place in places.items()
    ]
    source = f"""
def construct(row):
    made = new(shape)
    set_values(made, {{{", ".join(values)}}})
    set_given(made, given())
    set_extra(made, None)
    set_private(made, None)
    return made
"""
    slots = vars(BaseModel)
    known: dict[str, Any] = {f"members_{name}": known for name, known in converted.items()} | {
        "shape": shape,
        "new": object.__new__,
        "given": set(places).copy,
        "set_values": slots["__dict__"].__set__,
        "set_given": slots["__pydantic_fields_set__"].__set__,
        "set_extra": slots["__pydantic_extra__"].__set__,
        "set_private": slots["__pydantic_private__"].__set__,
    }
    exec(source, known)  # noqa: S102 - only the names of fields are in it
    construct: Callable[[Sequence[Any]], ShapeT] = known["construct"]
    return construct


def members(shape: type[Shape]) -> dict[str, Mapping[Any, Enum]]:
    """Return the members of those fields that are enumerations, by their values."""
    return {
        name: field.annotation._value2member_map_
        for name, field in shape.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Enum)
    }


def kinds(shape: type[Shape]) -> dict[str, Kind]:
    """Return what is known of the fields that have values of one class, or None."""
    found = {name: _kind(field.annotation) for name, field in shape.model_fields.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(annotation: Any) -> Kind | None:
    alternatives = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    match [each for each in alternatives if each is not NoneType]:
        case [type() as cls]:
            return Kind(cls, NoneType in alternatives)
        case _:
            return None
