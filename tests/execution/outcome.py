"""What an execution leads to, and in what two of them differ that must not."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import groupby
from typing import Any

from graphql import ExecutionResult, GraphQLError

Path = tuple[str | int, ...]
Told = tuple[Any, ...]
"""All that can be seen of an error."""

CANCELLED = "cancelled"
BREAKS_OFF = "The list breaks off."
"""What the error says of a list that ends in one."""

PATIENCE = 20
"""Seconds in which what is left behind must come to its end."""


@dataclass
class Outcome:
    data: Any = None
    errors: list[Told] = field(default_factory=list)
    raised: str | None = None
    """What came out instead of an answer."""
    waited: bool = False
    """Whether the answer had to be waited for."""
    waits: bool = False
    """Whether anything may have had to be waited for, needed or not."""
    effects: list[tuple[Any, ...]] = field(default_factory=list)
    forgotten: int = 0
    """Coroutines that were made and never awaited."""
    left: int = 0
    """Tasks that did not end."""
    open: int = 0
    """Generators that were not closed."""
    steps: int = 0
    """Turns of the event loop that it took until it was stopped."""


def told(error: GraphQLError) -> Told:
    return (
        tuple(error.path) if error.path is not None else None,
        error.message,
        tuple((each.line, each.column) for each in error.locations or ()),
        repr(error.extensions),
        type(error.original_error).__name__,
        repr(error.original_error),
    )


async def outcome_of(
    execute: Callable[[], ExecutionResult | Awaitable[ExecutionResult]], cancel_after: int | None = None
) -> Outcome:
    """Execute, stopped after some turns of the event loop if that is given; wait until nothing of it is left."""
    outcome = Outcome()
    before = asyncio.all_tasks()
    loop = asyncio.get_running_loop()
    # What fails and is waited for by nobody any more is told when it is collected: too late to be of use here.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        result = execute()
        if isawaitable(result):
            outcome.waited = True
            task = asyncio.ensure_future(result)
            while cancel_after is not None and not task.done() and outcome.steps < cancel_after:
                outcome.steps += 1
                await asyncio.sleep(0)
            if cancel_after is not None:
                task.cancel()
            result = await task
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it is: the two are compared
        outcome.raised = CANCELLED if isinstance(error, asyncio.CancelledError) else repr(error)
    else:
        outcome.data = result.data
        outcome.errors = [told(error) for error in result.errors or ()]
    left = asyncio.all_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=PATIENCE)
    outcome.left = len(left)
    for each in left:
        each.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    return outcome


def differences(ordinary: Outcome, compiled: Outcome, possible: Iterable[Told] = ()) -> Iterator[str]:
    """Yield what differs.

    Where null has spread over what could fail in several ways, which of these errors are told depends on what comes
    first: any will do that is `possible`, as told of an execution in which null does not spread.
    """
    if ordinary.raised != compiled.raised:
        yield f"raised {compiled.raised}, not {ordinary.raised}"
        return
    if compiled.waited and not ordinary.waited and not spread(ordinary):
        yield "had to be waited for"
    if difference := difference_of(ordinary.data, compiled.data):
        yield difference
        return
    yield from _different_errors(ordinary, compiled, set(possible))
    if compiled.left > ordinary.left:
        yield f"left {compiled.left} tasks running"
    if compiled.open > ordinary.open:
        yield f"left {compiled.open} generators open"
    if compiled.forgotten > ordinary.forgotten and not spread(ordinary):
        yield f"never awaited {compiled.forgotten} coroutines"


def difference_of(one: Any, other: Any, at: Path = ()) -> str | None:
    """Return where two answers differ: in values, their types, or the order of keys; None if nowhere."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"keys at {at}: {list(other)}, not {list(one)}"
        return next((found for key in one if (found := difference_of(one[key], other[key], (*at, key)))), None)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((found for index, pair in pairs if (found := difference_of(*pair, (*at, index)))), None)
    if type(one) is not type(other) or (one != other and not (one != one and other != other)):  # noqa: PLR0124 - not a number
        return f"at {at}: {other!r}, not {one!r}"
    return None


def nulled(data: Any, path: Path | None) -> Path:
    """Return where null stands in an answer because of an error with this path."""
    for length, key in enumerate(path or ()):
        if data is None:
            return (path or ())[:length]
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return ("the path leads nowhere", *(path or ()))
    return path or ()


def spread(outcome: Outcome) -> bool:
    """Whether something became null after work for what is inside of it had begun: that may be stopped at any time."""
    return any(nulled(outcome.data, each[0]) != each[0] or BREAKS_OFF in each[1] for each in outcome.errors)


def _by_place(outcome: Outcome) -> dict[Path, Counter[Told]]:
    found: dict[Path, Counter[Told]] = defaultdict(Counter)
    for each in outcome.errors:
        found[nulled(outcome.data, each[0])][each] += 1
    return found


def _different_errors(ordinary: Outcome, compiled: Outcome, possible: set[Told]) -> Iterator[str]:
    if not (ordinary.waited or ordinary.waits):
        if ordinary.errors != compiled.errors:
            yield f"errors: {compiled.errors}, not {ordinary.errors}"
        return
    one, other = _by_place(ordinary), _by_place(compiled)
    for place in {**one, **other}:
        if one[place] == other[place]:
            continue
        # An error's own place may be null because of itself alone, and then it is that error.
        spread = [each for each in (*one[place], *other[place]) if each[0] != place]
        if not one[place] or not other[place] or not spread:
            yield f"errors at {place}: {list(other[place])}, not {list(one[place])}"
        elif any(BREAKS_OFF in each[1] for each in (*one[place], *possible) if (each[0] or ())[: len(place)] == place):
            pass  # what is inside of such a list may have failed before, or not at all
        elif unknown := [each for each in other[place] if each not in possible and each not in one[place]]:
            yield f"errors at {place} that cannot be: {unknown}; there were {list(one[place])}"
        elif max(other[place].values()) > 1:
            yield f"errors told twice at {place}: {list(other[place])}"


def different_effects(ordinary: Outcome, compiled: Outcome) -> Iterator[str]:
    """Yield what resolvers were not called for, or too often, or in another order, where that may not be."""
    if not (ordinary.waited or ordinary.waits):
        if ordinary.effects != compiled.effects:
            yield f"effects: {_first_difference(ordinary.effects, compiled.effects)}"
        return
    if spread(ordinary):
        return
    one, other = Counter(map(repr, ordinary.effects)), Counter(map(repr, compiled.effects))
    if one != other:
        yield f"effects: {list((other - one).elements())} instead of {list((one - other).elements())}"


def serial(outcome: Outcome) -> bool:
    """Whether the effects of the root fields come one field after the other, each field's all together."""
    roots = [each[2][3][0] for each in outcome.effects if each[0] == "resolver"]
    return [key for key, _ in groupby(roots)] == list(dict.fromkeys(roots))


def _first_difference(one: Sequence[Any], other: Sequence[Any]) -> str:
    for index in range(max(len(one), len(other))):
        pair = one[index : index + 1], other[index : index + 1]
        if pair[0] != pair[1]:
            return f"the {index}th is {pair[1]}, not {pair[0]}"
    return ""
