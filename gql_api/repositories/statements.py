"""Statements: built with SQLAlchemy once for each form of a call's arguments, kept, and then only given values."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import ColumnElement, Dialect, Executable, Integer, literal, literal_column
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from gql_api.repositories.forms import Known, Slot, argument_of, converted, form_of
from gql_api.session import Session

Build: TypeAlias = Callable[..., Any]
"""Makes a statement of a form's arguments. It is a function or a class method: one for all calls."""

KEPT = 500
"""Most statements that are kept. A client can think of many filters."""

USUAL = frozenset({0, 10, 20, 25, 50, 100})
"""Sizes of pages, and places where they begin, that are asked for most."""

DIALECT: Dialect = cast(Any, PGDialect_asyncpg)()


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
    form = tuple([form_of(argument, values) for argument in arguments])
    statement = _built(build, form)
    return await session.fetch(statement.text, statement.arguments(values))


def usual(size: int) -> Any:
    """Return a number of rows as a part of a statement's form where many ask for so many.

    PostgreSQL makes a plan anew each time for a number that it does not know beforehand: it could be of all rows.
    """
    return Known(size) if size in USUAL else size


def number(value: Any, more: int = 0) -> ColumnElement[int]:
    """Return a number of rows, for LIMIT and OFFSET."""
    if isinstance(value, Known):
        return literal_column(str(value.value + more), Integer)
    return literal(converted(value, lambda known: known + more) if more else value, Integer)


@lru_cache(KEPT)
def _built(build: Build, form: tuple[Any, ...]) -> Statement:
    places = count()
    return compiled(build(*(argument_of(part, places) for part in form)))


def compiled(statement: Executable) -> Statement:
    """Return SQL as the driver takes it, with the order of its parameters."""
    made: Any = cast(Any, statement).compile(dialect=DIALECT)
    parameters = []
    for name in made.positiontup or ():
        # The driver takes Python's own values of every type that the models have, and refuses others.
        value = made.binds[name].effective_value
        parameters.append((value.place, value.convert) if isinstance(value, Slot) else (None, value))
    return Statement(made.string, parameters)
