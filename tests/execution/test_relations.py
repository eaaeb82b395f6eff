"""Relations of lists: one call of the loader for all parents, whatever is between; no more batches than otherwise."""

import asyncio
from itertools import chain
from typing import Any

import pytest
from graphql import parse

from tests.execution.behaviour import Place
from tests.execution.berries import BerryCase
from tests.execution.executors import compiling
from tests.execution.test_synthetic import BERRIES

QUERY = """{
  branches { one { name } many { hue one { number } numbers } }
  again: branches { many { sure { name } } }
}"""


class Everywhere(frozenset[Place]):
    def __contains__(self, _: object) -> bool:
        return True


def executed(executor: type) -> BerryCase:
    """Execute the query where nothing odd happens, by an executor."""
    case = BerryCase(0, waits=False, calm=Everywhere())

    async def run() -> None:
        outcome = await BERRIES.run(executor, parse(QUERY), {}, case)
        assert outcome.data["branches"]
        assert not outcome.errors

    asyncio.run(run())
    return case


def test_each_list_is_one_call() -> None:
    calls = {name: loader.calls for name, loader in executed(compiling(BERRIES.ordinary)).loaders.items()}
    # `one` is asked for at two levels, and `many` at two places.
    assert {name: len(each) for name, each in calls.items()} == {"one": 2, "sure": 1, "many": 2, "numbers": 1}
    assert min(len(keys) for each in calls.values() for keys in each) > 1


def test_there_are_no_more_batches() -> None:
    ordinary, compiled = executed(BERRIES.ordinary), executed(compiling(BERRIES.ordinary))
    for name, loader in compiled.loaders.items():
        others = ordinary.loaders[name]
        assert len(loader.batches) <= len(others.batches)
        assert sorted(chain(*loader.batches)) == sorted(chain(*others.batches))
        assert len(loader.calls) < len(others.calls)


@pytest.mark.parametrize("how", ["raises", "fails"])
def test_a_loader_that_can_load_nothing_is_an_error_of_each_field(how: str) -> None:
    async def errors(executor: type) -> list[Any]:
        case = BerryCase(0, waits=False, calm=Everywhere())
        case.loaders["one"]._how = how
        outcome = await BERRIES.run(executor, parse("{ branches { one { name } numbers } }"), {}, case)
        assert outcome.raised is None
        assert outcome.data["branches"][0]["numbers"]
        return sorted(outcome.errors)

    ordinary, compiled = (asyncio.run(errors(each)) for each in (BERRIES.ordinary, compiling(BERRIES.ordinary)))
    assert compiled == ordinary != []
