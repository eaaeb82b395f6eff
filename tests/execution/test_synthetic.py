"""Compiled operations lead to what ordinary ones do, whatever fields do: in schemas made to be difficult."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.execution.executors import compiling
from tests.execution.plain import SCHEMA, PlainCase
from tests.execution.synthetic import Synthetic
from tests.fuzz.budget import examples

SEEDS = st.integers(0, 2**40)


def seeds(count: int) -> settings:
    # What fails is made smaller by `Synthetic`, which knows how.
    return settings(examples(count), phases=[Phase.generate])


PLAIN = Synthetic(SCHEMA, PlainCase)


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_what_is_there_at_once(kind: str) -> None:
    @seeds(100)
    @given(SEEDS)
    def check(seed: int) -> None:
        PLAIN.check(compiling, seed, kind, waits=False)

    check()


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_what_has_to_be_waited_for(kind: str) -> None:
    @seeds(200)
    @given(SEEDS)
    def check(seed: int) -> None:
        PLAIN.check(compiling, seed, kind, waits=True)

    check()
