"""Compiled operations lead to what ordinary ones do, whatever fields do: in schemas made to be difficult."""

from functools import partial

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from tests.execution import berries
from tests.execution.executors import compiling
from tests.execution.plain import SCHEMA, PlainCase
from tests.execution.synthetic import Synthetic
from tests.fuzz.budget import examples

SEEDS = st.integers(0, 2**40)


def seeds(count: int) -> settings:
    # What fails is made smaller by `Synthetic`, which knows how.
    return settings(examples(count), phases=[Phase.generate])


PLAIN = Synthetic(SCHEMA, PlainCase)


BERRIES = Synthetic(berries.SCHEMA._schema, berries.BerryCase, StrawberryGraphQLCoreExecutionContext)


@pytest.mark.parametrize("kind", ["query", "mutation"])
@pytest.mark.parametrize("waits", [False, True], ids=["at once", "waiting"])
@pytest.mark.parametrize("synthetic", [PLAIN, BERRIES], ids=["plain", "strawberry"])
def test_both_executors_do_the_same(synthetic: Synthetic, waits: bool, kind: str) -> None:
    @seeds(40 if waits else 20)
    @given(SEEDS)
    def check(seed: int) -> None:
        synthetic.check(partial(compiling, synthetic.ordinary), seed, kind, waits=waits)

    check()
