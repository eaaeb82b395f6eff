"""A connection to PostgreSQL that notices when the other side is gone, and ends in bounded time.

The driver's own waits for the server wherever it ends: a server that is frozen, or cut off, would never let go of us.
And it takes long to make the times of rows: here they are made once.
"""

# ruff: noqa: SLF001 - asyncpg has nothing public for what is done here

import asyncio
import socket
from collections.abc import Coroutine, Generator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic
from typing import Any, cast

import asyncpg
from asyncpg import connect_utils

from gql_api.kept import kept

ENDING = 3.0
"""Seconds that ending may take: a rollback, a commit that was given up, closing. Then the connection is cut."""

SOCKET = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 10),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 10_000),
)
"""When a host that answers nothing any more is given up: in seconds, the last one in milliseconds."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From where PostgreSQL counts."""

MICROSECOND = timedelta(microseconds=1)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
BEFORE_ALL, AFTER_ALL = -(2**63), 2**63 - 1
"""How PostgreSQL sends its infinities, of which the driver makes the earliest and the latest of times, and back."""

MOMENTS = 10_000
"""Times that are kept."""

_cancelling: set[asyncio.Task[None]] = set()
"""Requests to cancel that are on their way: the event loop alone would not keep them."""


class Connection(asyncpg.Connection):
    """The driver's connection, with an end."""

    set_local: str = ""
    """Statements that each transaction begins with."""

    keeps_its_session: bool = True
    """Whether all of its statements run in one session of the server, inside of transactions and outside."""

    losses_before: int = 0
    """How often connections had been lost when this one was taken from the pool."""

    _idle_since: float = -inf

    def is_idle_now(self) -> None:
        """Take note that it has answered all that it was asked."""
        self._idle_since = monotonic()

    def idle_for(self) -> float:
        """Return for how many seconds nothing was asked; infinity when nothing was answered yet."""
        return monotonic() - self._idle_since

    def execute(self, query: str, *args: Any, timeout: float | None = None) -> Coroutine[Any, Any, str]:
        # This is how the driver begins a transaction. What is sent together costs no round trip of its own.
        if self.set_local and query.startswith("BEGIN"):
            query += self.set_local
        return super().execute(query, *args, timeout=timeout)

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as asyncpg has it
        await super().close(timeout=ENDING if timeout is None else timeout)

    def terminate(self) -> None:
        """Cut the connection. What it was about to cancel on the server is cancelled still."""
        protocol = cast("Any", self)._protocol
        if protocol is not None and protocol._is_cancelling():
            self.stop()
        super().terminate()

    def stop(self) -> None:
        """Ask the server to end the statement that it runs, if any."""
        self_: Any = self
        if self_._protocol is not None:
            task = self_._loop.create_task(_cancel(self_._addr, self_._params, self_._protocol))
            _cancelling.add(task)
            task.add_done_callback(_cancelling.discard)


class Connecting:
    """Makes a connection when it is awaited; when it is not, nothing was begun."""

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments

    def __await__(self) -> Generator[Any, None, Connection]:
        return connect(**self._arguments).__await__()


async def connect(*, set_local: Mapping[str, str] | None = None, **arguments: Any) -> Connection:
    """Connect as asyncpg does. `set_local` are settings of the server that hold in transactions only."""
    connection: Any = await asyncpg.connect(connection_class=Connection, **arguments)
    connection.set_local = "".join(f"; SET LOCAL {name} = '{value}'" for name, value in (set_local or {}).items())
    connection.keeps_its_session = arguments.get("statement_cache_size") != 0 and not set_local
    # The driver's own takes two thirds of what it takes to read a row with two times.
    await connection.set_type_codec("timestamptz", schema="pg_catalog", format="binary", encoder=sent, decoder=received)
    notice_when_the_host_is_gone(connection._transport.get_extra_info("socket"))
    return cast(Connection, connection)


@kept(MOMENTS)
def received(microseconds: bytes) -> datetime:
    """Return the time that so many microseconds after the epoch are, as PostgreSQL sends it, in UTC."""
    since = int.from_bytes(microseconds, signed=True)
    if since == AFTER_ALL:
        return LATEST
    return EARLIEST if since == BEFORE_ALL else EPOCH + timedelta(microseconds=since)


def sent(moment: datetime) -> bytes:
    """Return how many microseconds after the epoch a time is, as PostgreSQL takes it. Raises TypeError for one without
    an offset.
    """
    since = AFTER_ALL if moment == LATEST else BEFORE_ALL if moment == EARLIEST else (moment - EPOCH) // MICROSECOND
    return since.to_bytes(8, signed=True)


def notice_when_the_host_is_gone(connected: Any) -> None:
    if connected.family in {socket.AF_INET, socket.AF_INET6}:
        for level, name, value in SOCKET:
            if option := getattr(socket, name, None):  # not every system has them all
                connected.setsockopt(level, option, value)


async def _cancel(address: Any, parameters: Any, protocol: Any) -> None:
    """Ask the server to cancel what this session does: the driver gives its own request up with the connection."""
    request: Any = connect_utils._cancel  # type: ignore[attr-defined]
    with suppress(Exception):  # nobody waits for it, and the server has a timeout of its own
        async with asyncio.timeout(ENDING):
            await request(
                loop=asyncio.get_running_loop(),
                addr=address,
                params=parameters,
                backend_pid=protocol.backend_pid,
                backend_secret=protocol.backend_secret,
            )
