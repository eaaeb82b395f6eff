"""What fields do, drawn from a seed and their place: answer, wait, raise, answer what they must not.

A place is where a value comes from: names of fields and indices, from the root on; never response keys. So the same
happens at a place in whatever document it is asked for, and a document can be made smaller and still fail.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from inspect import CORO_CREATED, getcoroutinestate
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLOutputType,
    Undefined,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
)

from tests.execution.outcome import BREAKS_OFF

Place = tuple[str | int, ...]


class OddError(Exception):
    """What a resolver raises that knows nothing of GraphQL."""


class Waiting:
    """Can be awaited, and is no coroutine."""

    def __init__(self, value: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "<waiting>"

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._value().__await__()


CALM = {"plain": 1}
LIVELY = {"plain": 60, "null": 7, "undefined": 1, "raise": 5, "return error": 4, "wait": 15, "wrong": 4}

SCALARS: dict[str, list[Any]] = {
    "Int": [0, 1, -7, 2**31 - 1, True, 3.0, "12"],
    "Float": [0.0, 1.5, -2e30, 3, False, "1e3"],
    "String": ["", "text", "ü\n\u2028", 3, 1.5, True],
    "Boolean": [True, False, 0, 1.0],
    "ID": ["a", 1, "", 2**40],
    "Odd": ["odd", 7],
}
WRONG: list[Any] = [2**31, float("nan"), "nonsense", [], {}, object, b"bytes", 0.5]


class Case:
    """One execution: what its fields do, and what they have done."""

    coroutines = False
    """Whether some resolvers are coroutines anyway."""

    def __init__(self, seed: int, *, waits: bool = True, calm: frozenset[Place] = frozenset()) -> None:
        self.seed = seed
        self.waits = waits
        self.shared = False
        """Whether what is made now is for several who ask: it can be gone through more than once."""
        self.calm = calm
        """Places where nothing odd happens."""
        self.drawn: set[Place] = set()
        """Places where something odd does."""
        self.effects: list[tuple[Any, ...]] = []
        self.open = 0
        """Generators that have begun, and were neither gone through nor closed."""
        self._made: list[Coroutine[Any, Any, Any]] = []

    def random(self, place: Place, what: str = "") -> Random:
        return Random(f"{self.seed} {place} {what}")

    def did(self, what: str, place: Place, *more: Any) -> None:
        self.effects.append((what, place, *more))

    def choose(self, place: Place, what: str, choices: dict[str, int]) -> str:
        """Return what happens at a place: the first choice where it is to be calm."""
        kinds = list(choices)
        if not self.waits:
            kinds = [kind for kind in kinds if "wait" not in kind]
        (chosen,) = self.random(place, what).choices(kinds, [choices[kind] for kind in kinds])
        if chosen != kinds[0]:
            if place in self.calm:
                return kinds[0]
            self.drawn.add(place)
        return chosen

    def value(self, type_: GraphQLOutputType, place: Place, *, raises: bool = True, depth: int = 0) -> Any:
        """Return what a field of this type answers; `raises` says whether it may raise here, and not only answer."""
        kind = self.choose(place, f"value {depth}", LIVELY if depth == 0 else LIVELY | {"wait": 0})
        match kind:
            case "null":
                return None
            case "undefined":
                return Undefined
            case "raise" if raises:
                raise self.error(place)
            case "raise" | "return error":
                return self.error(place)
            case "wait":
                return self.later(place, lambda: self.value(type_, place, depth=depth + 1), f"wait {depth}")
            case "wrong":
                return self.random(place, "wrong").choice(WRONG)
        return self.plain(type_, place)

    def error(self, place: Place) -> Exception:
        text = f"Wrong at {place}."
        choices = [
            OddError(text),
            ValueError(text),
            GraphQLError(text, extensions={"code": "ODD"}),
            GraphQLError(text, original_error=OddError("inside")),
            TimeoutError(),
            AttributeError(text),
        ]
        # A coroutine cannot raise it, and what waits is completed in graphql-core's.
        certain = not (self.coroutines or self.waits)
        return self.random(place, "error").choice([*choices, StopIteration(text)] if certain else choices)

    def later(self, place: Place, value: Callable[[], Any], what: str) -> Awaitable[Any]:
        """Return something of which the value is to be had in some steps of the loop."""
        random = self.random(place, what)
        steps = random.choice([0, 0, 1, 1, 2, 5])

        async def wait() -> Any:
            self.did(f"{what} begins", place)
            for _ in range(steps):
                await asyncio.sleep(0)
            self.did(f"{what} ends", place)
            try:
                return value()
            except StopIteration as error:  # which a coroutine cannot raise
                raise OddError from error

        match random.choice(["coroutine", "coroutine", "coroutine", "object", "task", "future"]):
            case "object":
                return Waiting(wait)
            case "task":
                return asyncio.get_running_loop().create_task(wait())
            case "future":
                future = asyncio.get_running_loop().create_future()
                try:
                    future.set_result(value())
                except StopIteration:
                    future.set_result(None)
                except Exception as error:  # noqa: BLE001 - whatever it is
                    future.set_exception(error)
                return future
        made = wait()
        self._made.append(made)
        return made

    def plain(self, type_: GraphQLOutputType, place: Place) -> Any:
        if is_non_null_type(type_):
            return self.plain(type_.of_type, place)
        random = self.random(place, "plain")
        if is_list_type(type_):
            return self.container(type_.of_type, place)
        if is_enum_type(type_):
            enum: GraphQLEnumType = type_
            return random.choice([each.value for each in enum.values.values()])
        if is_composite_type(type_):
            return self.object(type_, place)
        return random.choice(SCALARS[type_.name])  # type: ignore[union-attr]

    def object(self, type_: Any, place: Place) -> Any:
        """Return an object of the type."""
        raise NotImplementedError

    def container(self, item: GraphQLOutputType, place: Place) -> Any:
        """Return some kind of list, or something that is none."""
        count = self.random(place, "count").choice([0, 1, 2, 2, 3, 6])
        kind = self.choose(
            place,
            "container",
            {"list": 12, "tuple": 3, "deque": 1, "values": 1, "set": 1, "text": 1}
            | ({} if self.shared else {"generator": 2, "wait generator": 2, "breaks": 1, "wait breaks": 1}),
        )
        items = [self.value(item, (*place, index), raises=False) for index in range(count)]
        kinds: dict[str, Callable[[], Any]] = {
            "list": lambda: items,
            "tuple": lambda: tuple(items),
            "deque": lambda: deque(items),
            "values": lambda: dict(enumerate(items)).values(),
            "set": lambda: frozenset(each for each in items[:1] if each.__class__.__hash__ is not None),
            "text": lambda: "text",
            "generator": lambda: self._generator(items, place, breaks=False),
            "breaks": lambda: self._generator(items, place, breaks=True),
            "wait generator": lambda: self._waiting_generator(items, place, breaks=False),
            "wait breaks": lambda: self._waiting_generator(items, place, breaks=True),
        }
        return kinds[kind]()

    def _generator(self, items: list[Any], place: Place, *, breaks: bool) -> Iterator[Any]:
        for index, item in enumerate(items):
            self.did("item", (*place, index))
            yield item
        if breaks:
            raise OddError(BREAKS_OFF)

    async def _waiting_generator(self, items: list[Any], place: Place, *, breaks: bool) -> AsyncIterator[Any]:
        steps = self.random(place, "generator").choice([0, 0, 1])
        self.open += 1
        try:
            for index, item in enumerate(items):
                for _ in range(steps):
                    await asyncio.sleep(0)
                self.did("wait item", (*place, index))
                yield item
            if breaks:
                raise OddError(BREAKS_OFF)
        finally:
            self.open -= 1

    def forgotten(self) -> int:
        """Return how many coroutines were made and never awaited; they are closed now."""
        count = 0
        for each in self._made:
            count += getcoroutinestate(each) == CORO_CREATED
            each.close()
        return count
