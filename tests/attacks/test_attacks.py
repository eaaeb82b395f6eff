"""Each attack is answered by what it should be, costs little, and keeps nobody else from being served."""

from collections.abc import AsyncIterator

import pytest

from tests.attacks import ATTACKS
from tests.attacks.attack import Attack
from tests.attacks.target import Target, seeded, target

PATIENCE = 1.0
"""Seconds of the limits that must be reached."""

AT_MOST = 30.0
"""Seconds until anything is answered, on a busy machine."""

MEGABYTES = 150
"""By which the server's memory may grow at most. `LARGE` ones take more."""

LARGE = {
    "answer of 80 MB: 2,000 of the longest descriptions": 500,
    "150 answers of 4 MB that are asked for and not read": 1_000,
}


@pytest.fixture(scope="module")
async def attacked() -> AsyncIterator[Target]:
    with seeded() as url:
        async with target(url, patience=PATIENCE) as attacked:
            await attacked.control()
            yield attacked


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
async def test_an_attack_is_answered_and_everybody_else_is_served(attacked: Target, attack: Attack) -> None:
    found = await attack.measure(attacked)
    assert found.answered == attack.expected
    assert max(found.seconds, found.control) < AT_MOST, found
    assert found.peak < LARGE.get(attack.name, MEGABYTES), found
    assert found.kept < LARGE.get(attack.name, MEGABYTES), found
