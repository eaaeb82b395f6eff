"""Forms: of the arguments of a call, all that the SQL of its statement may depend on.

That is which values are there, and the few values that are part of the structure. A form is made of nested tuples of a
class and its parts, with `SLOT` for a value. What builds a statement is given the form alone, with a `Slot` where each
value will be. A slot can be neither compared nor tested nor turned into text, so no SQL is ever built from a value that
the form does not hold.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import cache, partial
from types import FunctionType, NoneType
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeVar, cast

from gql_api.shapes.base import Shape
from gql_api.shapes.filter import Comparison
from gql_api.shapes.page import Direction, OrderTerm
from gql_api.shapes.search import search_query
from gql_api.shapes.task import TaskFilter

ValueT = TypeVar("ValueT")
ResultT = TypeVar("ResultT")

PREPARED: Mapping[tuple[type[Shape], str], Callable[[Any], Any]] = {(TaskFilter, "search"): search_query}
"""Values that are looked at in another form, which may be None: then they ask for nothing."""


class Slot:
    """Stands for a value that is not known yet, in the place it has among a call's values."""

    __slots__ = ("convert", "place")

    def __init__(self, place: int, convert: Callable[[Any], Any] | None = None) -> None:
        self.place = place
        self.convert = convert

    def _unknown(self, *_: object) -> NoReturn:
        raise TypeError("SQL must not depend on a value that is not part of its form")

    __bool__ = __len__ = __iter__ = __str__ = __format__ = __contains__ = __getitem__ = _unknown
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _unknown
    __hash__ = None  # type: ignore[assignment]


class Known(NamedTuple):
    """A value that is part of the form, where others of its kind are not."""

    value: Any


def converted(value: ValueT, convert: Callable[[ValueT], ResultT]) -> ResultT:
    """Return what a value is converted to, or, for a slot, one that converts its value so."""
    if not isinstance(value, Slot):
        return convert(value)
    first = value.convert
    both = convert if first is None else lambda given: convert(first(given))
    return cast(ResultT, Slot(value.place, both))


Form: TypeAlias = Any


SLOT: Form = object()
"""Stands for a value in a form. No member of an enumeration: these take long to hash, and forms are looked up by."""


def form_of(argument: Any, values: list[Any]) -> Form:
    """Return the form of an argument, and add its values to these."""
    return _how(argument.__class__)(argument, values)


def argument_of(form: Form, places: Iterator[int]) -> Any:
    """Return what the form is of, with a slot for each value, in the order in which `form_of` has met them."""
    if form is SLOT:
        return Slot(next(places))
    if form.__class__ is not tuple:
        return form
    kind, *parts = form
    if issubclass(kind, Shape | dict):
        given = {name: argument_of(part, places) for name, part in parts}
        return kind.model_construct(**dict.fromkeys(kind.model_fields) | given) if issubclass(kind, Shape) else given
    return _tuple(kind, (argument_of(part, places) for part in parts))


def _tuple(kind: type[tuple[Any, ...]], parts: Iterator[Any]) -> Any:
    return kind(parts) if kind is tuple else kind(*parts)


@cache
def _how(kind: type) -> Callable[[Any, list[Any]], Form]:
    """Return how forms of a class are made. What it does not know is refused: it might be part of the structure."""
    if issubclass(kind, bool | NoneType | Direction | OrderTerm | Known | FunctionType) or (
        issubclass(kind, Enum) and not issubclass(kind, int | str)
    ):
        return lambda value, _: value
    if issubclass(kind, int | str | bytes | float | datetime | list):
        return _value
    if issubclass(kind, dict):
        return _mapping
    if issubclass(kind, tuple):
        return lambda value, values: (kind, *[form_of(part, values) for part in value])
    if issubclass(kind, Shape):
        prepare = {name: how for (of, name), how in PREPARED.items() if issubclass(kind, of)}
        return partial(_shape, prepare, _compared if issubclass(kind, Comparison) else form_of)
    raise TypeError(f"No statement takes a {kind.__name__}")


def _value(value: Any, values: list[Any]) -> Form:
    values.append(value)
    return SLOT


def _compared(value: Any, values: list[Any]) -> Form:
    """Return the form of what is compared with: in comparisons a tuple is a list of values."""
    return value if isinstance(value, bool) else _value(value, values)


def _mapping(value: Mapping[str, Any], values: list[Any]) -> Form:
    """Return the form of columns and their values, of which none is part of the structure."""
    values.extend(value.values())
    return (dict, *[(name, SLOT) for name in value])


def _shape(
    prepare: Mapping[str, Callable[[Any], Any]],
    form: Callable[[Any, list[Any]], Form],
    shape: Shape,
    values: list[Any],
) -> Form:
    """Return the form of a shape's fields that are given."""
    parts = []
    for name, value in shape.__dict__.items():
        if value is None:
            continue
        if name in prepare and (value := prepare[name](value)) is None:
            continue
        parts.append((name, form(value, values)))
    return (type(shape), *parts)
