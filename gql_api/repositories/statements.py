"""Statements: built with SQLAlchemy once for each form, kept, and then only given their values.

A form is all that a statement's SQL may depend on: which values are there, and the few that are part of the structure.
What builds a statement is given the form alone, with a `Slot` where each other value will be. A slot can be neither
compared nor tested nor turned into text, so no SQL is ever built from a value that the form does not hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache, partial
from types import FunctionType, NoneType
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeVar, cast

from sqlalchemy import ColumnElement, Dialect, Executable, Integer, literal
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from gql_api.session import Session
from gql_api.shapes.base import Shape
from gql_api.shapes.filter import Comparison
from gql_api.shapes.page import Direction, OrderTerm
from gql_api.shapes.search import search_query
from gql_api.shapes.task import TaskFilter

ValueT = TypeVar("ValueT")
ResultT = TypeVar("ResultT")

Build: TypeAlias = Callable[..., Any]
"""Makes a statement of a form's arguments. It is a function or a class method: one for all calls."""

KEPT = 500
"""Most statements that are kept. A client can think of many filters."""

DIALECT: Dialect = cast(Any, PGDialect_asyncpg)()

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


class Statement(NamedTuple):
    """SQL, and what makes each of its parameters: a place among the values with a conversion, or the value itself."""

    text: str
    parameters: Sequence[tuple[int | None, Any]]

    def arguments(self, values: Sequence[Any]) -> list[Any]:
        return [
            how if place is None else values[place] if how is None else how(values[place])
            for place, how in self.parameters
        ]


async def fetch(session: Session, build: Build, *arguments: Any) -> list[Any]:
    """Run the statement that this builds of such arguments, and return its rows."""
    values: list[Any] = []
    form = tuple([_form(argument, values) for argument in arguments])
    statement = _built(build, form)
    return await session.fetch(statement.text, statement.arguments(values))


def converted(value: ValueT, convert: Callable[[ValueT], ResultT]) -> ResultT:
    """Return what a value is converted to, or, for a slot, one that converts its value so."""
    if not isinstance(value, Slot):
        return convert(value)
    first = value.convert
    both = convert if first is None else lambda given: convert(first(given))
    return cast(ResultT, Slot(value.place, both))


def number(value: int, more: int = 0) -> ColumnElement[int]:
    """Return a number of rows, for LIMIT and OFFSET."""
    return literal(converted(value, lambda known: known + more) if more else value, Integer)


@lru_cache(KEPT)
def _built(build: Build, form: tuple[Any, ...]) -> Statement:
    places = iter(range(10**9))
    return compiled(build(*(_argument(part, places) for part in form)))


def compiled(statement: Executable) -> Statement:
    """Return SQL as the driver takes it, with the order of its parameters."""
    made: Any = cast(Any, statement).compile(dialect=DIALECT)
    parameters = []
    for name in made.positiontup or ():
        # The driver takes Python's own values of every type that the models have, and refuses others.
        value = made.binds[name].effective_value
        parameters.append((value.place, value.convert) if isinstance(value, Slot) else (None, value))
    return Statement(made.string, parameters)


# ---- forms: nested tuples of a class and its parts, `SLOT` for a value, and values that are part of the structure ----

Form: TypeAlias = Any


class _Place(Enum):
    SLOT = "slot"


SLOT = _Place.SLOT


def _form(argument: Any, values: list[Any]) -> Form:
    kind = type(argument)
    make = _FORMS.get(kind)
    if make is None:
        make = _FORMS[kind] = _how(kind)
    return make(argument, values)


def _argument(form: Form, places: Iterator[int]) -> Any:
    """Return what the form is of, with a slot for each value, in the order in which `_form` has met them."""
    if form is SLOT:
        return Slot(next(places))
    if not isinstance(form, tuple):
        return form
    kind, *parts = form
    if issubclass(kind, OrderTerm | Known):
        return kind(*parts)
    if issubclass(kind, Shape | dict):
        given = {name: _argument(part, places) for name, part in parts}
        return kind.model_construct(**dict.fromkeys(kind.model_fields) | given) if issubclass(kind, Shape) else given
    return _tuple(kind, (_argument(part, places) for part in parts))


def _tuple(kind: type[tuple[Any, ...]], parts: Iterator[Any]) -> Any:
    return kind(parts) if kind is tuple else kind(*parts)


def _how(kind: type) -> Callable[[Any, list[Any]], Form]:
    """Return how forms of a class are made. What it does not know is refused: it might be part of the structure."""
    if issubclass(kind, bool | NoneType | Direction | FunctionType) or (
        issubclass(kind, Enum) and not issubclass(kind, int | str)
    ):
        return lambda value, _: value
    if issubclass(kind, int | str | bytes | float | datetime | list):
        return _value
    if issubclass(kind, OrderTerm | Known):
        return lambda value, _: (kind, *value)
    if issubclass(kind, dict):
        return _mapping
    if issubclass(kind, tuple):
        return lambda value, values: (kind, *[_form(part, values) for part in value])
    if issubclass(kind, Shape):
        prepare = {name: how for (of, name), how in PREPARED.items() if issubclass(kind, of)}
        return partial(_shape, prepare, _compared if issubclass(kind, Comparison) else _form)
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


_FORMS: dict[type, Callable[[Any, list[Any]], Form]] = {}
