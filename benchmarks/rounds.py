"""The rounds: each work by each server in turn, in another order each round, checked, warmed up and timed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from benchmarks import database
from benchmarks.answers import DifferenceError, Raw, check
from benchmarks.load import Load, measured
from benchmarks.servers import Server
from benchmarks.works import Work

CONNECTIONS = 16
WARMING = 0.3
"""Seconds of the same requests before those that are timed."""

WARMING_REQUESTS = 2 * CONNECTIONS


@dataclass(frozen=True)
class Effort:
    """How long each cell of the table is measured: so many seconds, and so many requests at least."""

    seconds: float
    requests: int


@dataclass(frozen=True)
class Sample:
    """What one server needed for one work in one round."""

    work: str
    server: str
    round: int
    cpu: float
    """Milliseconds of the server's CPU for a request."""
    rate: float
    """Requests a second."""
    p50: float
    p99: float


async def checked(raw: Raw, server: Server, work: Work) -> bytes:
    """Ask once, and return the answer when it is right."""
    status, answer = server.ask(work)
    await check(raw, server.name, work, status, answer)
    return answer


async def rounds(
    raw: Raw, servers: Sequence[Server], works: Sequence[Work], count: int, effort: Effort
) -> AsyncIterator[Sample]:
    for number in range(count):
        for place, work in enumerate(works):
            turn = (number + place) % len(servers)
            for server in (*servers[turn:], *servers[:turn]):
                yield await sample(raw, server, work, number, effort)


async def sample(raw: Raw, server: Server, work: Work, number: int, effort: Effort) -> Sample:
    answer = await checked(raw, server, work)
    same = None if work.creates else answer.decode()
    request = server.request(work).body()
    warming = measured(Load(server.port, request, CONNECTIONS, WARMING, WARMING_REQUESTS, same))
    before = server.cpu()
    found = measured(Load(server.port, request, CONNECTIONS, effort.seconds, effort.requests, same))
    cpu = server.cpu() - before
    if work.creates:
        made, must = await database.made(raw), work.creates * (1 + warming.requests + found.requests)
        if made != must:
            raise DifferenceError(f"{server.name}, {work.name}: made {made} tasks, not {must}")
        await database.clean(raw)
    milliseconds = cpu * 1000 / found.requests
    return Sample(work.name, server.name, number, milliseconds, found.requests / found.seconds, found.p50, found.p99)
