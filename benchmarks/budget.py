"""The budget: how many microseconds of a request each room takes."""

import json
import signal
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import database, stopwatch
from benchmarks.answers import Raw
from benchmarks.load import Load, Measured, measured
from benchmarks.rounds import WARMING, WARMING_REQUESTS, checked
from benchmarks.servers import PATIENCE, SERVE, Kind, Server
from benchmarks.tables import shown, table
from benchmarks.works import Work

TIMED = Kind("timed", ("-m", "benchmarks.stopwatch", *SERVE[2:]), ours=True)
"""Ours, with a stopwatch."""

HOW = (
    "CPU of the server's process in microseconds for one request, one at a time. A clock stands at the doors of the "
    "rooms; what it takes itself is taken away. What the event loop and the driver do while a statement is waited "
    "for is its room's. The last line is the same server without clocks."
)


async def budget(raw: Raw, timed: Server, plain: Server, works: Sequence[Work], seconds: float) -> str:
    """Return a table: a line for each room, a column for each work."""
    columns = [await _column(raw, timed, plain, work, seconds) for work in works]
    names = (*stopwatch.ROOMS, "together", "without clocks")
    rows = [(name, *(shown(column[name], 0) for column in columns)) for name in names]
    return table(("room", *(work.name for work in works)), rows)


async def _column(raw: Raw, timed: Server, plain: Server, work: Work, seconds: float) -> dict[str, float]:
    await _load(raw, timed, work, WARMING)
    _told(timed)
    requests = (await _load(raw, timed, work, seconds)).requests + 1
    told = _told(timed)
    if told["mixed"]:
        raise RuntimeError(f"{work.name}: {told['mixed']} rooms were not left in order")
    column = {room: nanoseconds / 1000 / requests for room, nanoseconds in told["rooms"].items()}
    await _load(raw, plain, work, WARMING)
    before = plain.cpu()
    requests = (await _load(raw, plain, work, seconds)).requests + 1
    return {**column, "together": sum(column.values()), "without clocks": (plain.cpu() - before) * 1e6 / requests}


async def _load(raw: Raw, server: Server, work: Work, seconds: float) -> Measured:
    """Ask once to check the answer, and then again and again."""
    answer = await checked(raw, server, work)
    same = None if work.creates else answer.decode()
    found = measured(Load(server.port, server.request(work).body(), 1, seconds, WARMING_REQUESTS, same))
    if work.creates:
        await database.clean(raw)
    return found


def _told(server: Server) -> Any:
    """Have the server tell of its rooms since the last time."""
    file = server.folder / stopwatch.FILE
    server.process.send_signal(signal.SIGUSR1)
    until = time.monotonic() + PATIENCE
    while not file.exists():
        if time.monotonic() > until:
            raise RuntimeError(f"{server.name} does not tell")
        time.sleep(0.01)
    told = json.loads(file.read_text())
    file.unlink()
    return told
