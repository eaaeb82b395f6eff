"""An attack, what must answer it, and what it takes of the server."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from tests.attacks.target import Target

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Measured:
    answered: str
    seconds: float
    """Until the attack was answered."""
    cpu: float
    """Seconds of the server's until then."""
    peak: float
    kept: float
    """Megabytes by which the server's memory grew: at most, and after a control request."""
    control: float
    """Seconds that the control request took, which was sent when the attack was answered."""


Watch = Callable[[], None]
Attacking = Callable[[Target, Watch], AsyncIterator[str]]


@dataclass(frozen=True)
class Attack:
    name: str
    expected: str
    begin: Callable[[Target, Watch], AbstractAsyncContextManager[str]]

    async def measure(self, target: Target) -> Measured:
        target.forget_peak()
        before, began = target.usage(), time.perf_counter()
        stopped: list[tuple[float, float]] = []

        def stop() -> None:
            stopped.append((time.perf_counter() - began, target.usage().cpu - before.cpu))

        async with self.begin(target, stop) as answered:
            stop()
            asked = time.perf_counter()
            await target.control()
            control = time.perf_counter() - asked
        after = target.usage()
        seconds, cpu = stopped[0]
        peak, kept = ((each - before.memory) / MEGABYTE for each in (after.peak, after.memory))
        return Measured(answered, seconds, cpu, peak, kept, control)


ATTACKS: list[Attack] = []


def attack(name: str, expected: str) -> Callable[[Attacking], Attacking]:
    """Register an attack. It yields what has answered it, and goes on meanwhile: the control request comes then. Where
    it must end before that, it stops the watch itself.
    """

    def register(attacking: Attacking) -> Attacking:
        ATTACKS.append(Attack(name, expected, asynccontextmanager(attacking)))
        return attacking

    return register


def request(name: str, expected: str, *parts: bytes) -> None:
    """Register an attack that is one request."""

    async def attacking(target: Target, _stop: Watch) -> AsyncIterator[str]:
        yield (await target.ask(*parts)).told

    attack(name, expected)(attacking)
