"""A server that tells where its CPU goes: `gql-api`, with a clock at the doors of its rooms.

The clock is that of the process's CPU, and a room has what passes between its doors but for the rooms within. That is
right as long as one request runs at a time. What the clock itself takes is measured first, and taken away.
"""

import inspect
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from time import process_time_ns
from typing import Any, NamedTuple

from gql_api.repositories import Repositories

FILE = "stopwatch.json"
"""What is written at each SIGUSR1, into the working folder."""

PREPARE = "parse, limits, validate"
EXECUTE = "execute"
TRANSACTION = "unit of work, transaction"
ROWS = "SQL and rows"
ENCODE = "encode"
LOG = "log"
AROUND = "around: turn, context, deadline"
REST = "uvicorn, ASGI, HTTP"
ROOMS = (REST, AROUND, PREPARE, EXECUTE, TRANSACTION, ROWS, ENCODE, LOG)

DOORS = {
    AROUND: ("gql_api.http.operations:Operations.run",),
    PREPARE: (
        "gql_api.schema.prepared:PreparedDocuments.find",
        "gql_api.schema.prepared:PreparedDocuments.check",
    ),
    EXECUTE: ("gql_api.schema:Schema.run",),
    TRANSACTION: (
        "gql_api.session:Session.begin",
        "gql_api.session:Session.close",
        "gql_api.session:Session.commit",
        "gql_api.unit_of_work:UnitOfWork.close",
    ),
    ENCODE: ("gql_api.http.graphql:encoded", "gql_api.http.response:encoded"),
    LOG: ("gql_api.report:Reports._tell_operation",),
}
"""The functions that a room is entered by, besides what repositories do. None of them waits for another request."""


class Cost(NamedTuple):
    """Nanoseconds of one pass through a door: what the room is charged, and what the one around it is."""

    inside: float
    outside: float


class Stopwatch:
    def __init__(self) -> None:
        self.open: list[Span] = []
        self.reset()

    def reset(self) -> None:
        self.spent: Counter[str] = Counter()
        self.passes: Counter[tuple[str, str]] = Counter()
        """How often a room was entered, and from where."""
        self.mixed = 0
        """How often a room was left before one that was entered later: what is told of them is not true then."""
        self._since = process_time_ns()

    def inside(self, room: str) -> "Span":
        return Span(self, room)

    def told(self, cost: Cost) -> dict[str, float]:
        """Return the nanoseconds of each room since the beginning, without those of the clock."""
        spent: dict[str, float] = {room: float(self.spent[room]) for room in ROOMS}
        spent[REST] += process_time_ns() - self._since
        for (room, around), times in self.passes.items():
            spent[room] -= times * cost.inside
            spent[around] -= times * cost.outside
        return spent


class Span:
    """One stay in a room."""

    __slots__ = ("_around", "_room", "_started", "_watch", "_within")

    def __init__(self, watch: Stopwatch, room: str) -> None:
        self._watch = watch
        self._room = room
        self._around = watch.open[-1] if watch.open else None
        self._within = 0
        """Nanoseconds in other rooms."""

    def __enter__(self) -> None:
        self._watch.open.append(self)
        self._started = process_time_ns()

    def __exit__(self, *_: object) -> None:
        took = process_time_ns() - self._started
        watch, around = self._watch, self._around
        watch.mixed += watch.open[-1] is not self
        watch.open.remove(self)
        watch.spent[self._room] += took - self._within
        if around is None:
            watch.spent[REST] -= took
            watch.passes[self._room, REST] += 1
        else:
            around._within += took  # noqa: SLF001 - its own kind
            watch.passes[self._room, around._room] += 1  # noqa: SLF001 - as above


def calibrated(passes: int = 20_000) -> Cost:
    """Measure what the clock takes."""
    watch = Stopwatch()
    with watch.inside(EXECUTE):
        for _ in range(passes):
            with watch.inside(ROWS):
                pass
    return Cost(watch.spent[ROWS] / passes, watch.spent[EXECUTE] / passes)


@contextmanager
def doors(watch: Stopwatch) -> Iterator[None]:
    """Put the clock at the doors, for a while. Raises AttributeError for one that is not there any more."""
    places = [(room, *_found(door)) for room, all_of_it in DOORS.items() for door in all_of_it]
    places += [(ROWS, owner, name) for owner, name in set(_of_repositories())]
    before = [(owner, name, getattr(owner, name)) for _, owner, name in places]
    for room, owner, name in places:
        setattr(owner, name, _timed(getattr(owner, name), room, watch))
    try:
        yield
    finally:
        for owner, name, was in before:
            setattr(owner, name, was)


def _found(door: str) -> tuple[Any, str]:
    module, _, path = door.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    getattr(owner, name)
    return owner, name


def _of_repositories() -> Iterator[tuple[Any, str]]:
    """Give what repositories offer, each by the class that has it."""
    for repository in vars(Repositories(None, None)).values():  # type: ignore[arg-type]
        for name, _ in inspect.getmembers(type(repository), inspect.iscoroutinefunction):
            if not name.startswith("_"):
                yield next(each for each in type(repository).__mro__ if name in vars(each)), name


def _timed(function: Callable[..., Any], room: str, watch: Stopwatch) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(inspect.unwrap(function)):

        @wraps(function)
        async def timed_coroutine(*args: Any, **kwargs: Any) -> Any:
            with watch.inside(room):
                return await function(*args, **kwargs)

        return timed_coroutine

    @wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        with watch.inside(room):
            return function(*args, **kwargs)

    return timed


def main() -> None:
    from gql_api.cli import main as serve  # noqa: PLC0415 - which begins to listen for signals

    cost, watch, file = calibrated(), Stopwatch(), Path(FILE).absolute()

    def tell(*_: object) -> None:
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"mixed": watch.mixed, "rooms": watch.told(cost)}))
        unfinished.rename(file)
        watch.reset()

    signal.signal(signal.SIGUSR1, tell)
    with doors(watch):
        serve()


if __name__ == "__main__":
    main()
