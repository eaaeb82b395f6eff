"""Operations that are stopped, at each moment there is: nothing of them goes on, and who stopped them learns of it."""

import asyncio
from functools import partial
from random import Random
from typing import Any

import pytest
from graphql import parse, validate

from tests.execution.documents import Maker
from tests.execution.executors import compiling
from tests.execution.outcome import CANCELLED
from tests.execution.synthetic import Synthetic
from tests.execution.test_synthetic import BERRIES, PLAIN
from tests.fuzz.budget import MORE

OPERATIONS = round(12 * MORE)
LONGEST = 60
"""Turns of the event loop after which nothing is stopped any more."""


async def stopped(synthetic: Synthetic, seed: int, kind: str) -> int:
    """Stop an operation at each turn of the event loop, by both executors; return how many turns there were."""
    operation = Maker(synthetic.schema, Random(seed)).operation(kind, runs=1)
    document = parse(operation.text)
    if validate(synthetic.schema, document):
        return 0
    executor = compiling(synthetic.ordinary)
    run = partial(synthetic.run, document=document, variables=operation.variables[0])
    for turn in range(1, LONGEST):  # before the first one nothing has begun
        ordinary = await run(synthetic.ordinary, case=synthetic.case(seed), cancel_after=turn)
        compiled = await run(executor, case=synthetic.case(seed), cancel_after=turn)
        where = f"{operation.text}\n{operation.variables[0]}\n{seed=} {turn=}"
        assert compiled.left == 0, where
        assert compiled.open <= ordinary.open, where
        if compiled.raised is None:
            return turn
        assert compiled.raised == CANCELLED, where
    return LONGEST


@pytest.mark.parametrize("kind", ["query", "mutation"])
@pytest.mark.parametrize("synthetic", [PLAIN, BERRIES], ids=["plain", "strawberry"])
def test_nothing_goes_on(synthetic: Synthetic, kind: str) -> None:
    with asyncio.Runner() as runner:
        turns = [runner.run(stopped(synthetic, seed, kind)) for seed in range(OPERATIONS)]
    assert sum(turns) > OPERATIONS, "hardly anything was waited for"


@pytest.mark.parametrize("synthetic", [PLAIN], ids=["plain"])
def test_who_cancels_inside_cancels_the_operation(synthetic: Synthetic) -> None:
    """A resolver that raises CancelledError, as what it waits for may: no error of a field, as in graphql-core."""

    async def outcomes() -> list[Any]:
        document = parse("{ a { text } int }")
        found = []
        for executor in (synthetic.ordinary, compiling(synthetic.ordinary)):
            case = synthetic.case(1)
            case.value = _cancelled  # type: ignore[method-assign]
            found.append((await synthetic.run(executor, document, {}, case)).raised)
        return found

    assert asyncio.run(outcomes()) == [CANCELLED] * 2


def _cancelled(*_: Any, **__: Any) -> Any:
    async def wait() -> None:
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    return wait()
