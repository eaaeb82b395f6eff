"""One serving process: uvicorn with our protocols, deadlines for its connections, and an end in good order."""

import asyncio
import logging
import select
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from operator import methodcaller
from types import FrameType
from typing import Any, cast

import uvicorn

from gql_api.http.draining import Draining
from gql_api.http.protocols import HttpProtocol, Watched, WebSocketProtocol, give_up
from gql_api.settings import Settings

Application = Callable[..., Awaitable[None]]

PING_INTERVAL = 20
"""Seconds between pings on a WebSocket, and seconds that each has to be answered: a client that is gone is noticed."""

IMPORTING = 30
"""Seconds that a worker has to say a first word before it is taken for hung: on a busy machine imports take long."""

PENDING = 1.0
"""Most seconds in which those are still accepted who had connected when the server stopped accepting."""

MOST_UNSENT = 100_000_000
"""Bytes kept for clients that do not take them. Beyond, those are given up who have taken nothing for longest."""

CANCELLING = 2.0
"""Most seconds that cancelled requests have to roll back."""

logger = logging.getLogger("uvicorn.error")


class Config(uvicorn.Config):
    """What a process is started with: it is pickled on its way into one."""

    def __init__(
        self, settings: Settings, application: Callable[[Settings, Draining], Application], workers: int = 1
    ) -> None:
        self.settings = settings
        self.draining = Draining()
        super().__init__(
            partial(application, settings, self.draining),
            factory=True,
            workers=workers,
            http=cast("Any", partial(HttpProtocol, settings)),
            loop="uvloop",
            ws=cast("Any", partial(WebSocketProtocol, settings)),
            ws_max_size=settings.max_body_size,
            ws_ping_interval=PING_INTERVAL,
            ws_ping_timeout=PING_INTERVAL,
            # It would cost memory for each connection and time of the event loop, and open the door to what is small
            # on the wire only.
            ws_per_message_deflate=False,
            lifespan="on",
            server_header=False,
            log_config=None,
            access_log=False,
            timeout_worker_healthcheck=IMPORTING,
        )


class Server(uvicorn.Server):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._settings = config.settings
        self._draining = config.draining
        self._stop_at = 0.0
        """The monotonic time when it stops accepting."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._check_connections(asyncio.get_running_loop())

    def _check_connections(self, loop: asyncio.AbstractEventLoop) -> None:
        interval = min(1.0, self._settings.request_timeout / 5, self._settings.idle_timeout / 5)
        self._checking = loop.call_later(interval, self._check_connections, loop)
        now = loop.time()
        connections = tuple(cast("Watched", each) for each in self.server_state.connections)
        for connection in connections:
            connection.check(now)
        give_up(connections, MOST_UNSENT)

    # How it ends.

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            # A worker was started with Ctrl-C kept from it (see `gql_api.server`): now it is answered in good order.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            yield
            self._captured_signals.clear()  # obeyed: raised once more, as uvicorn does, they would be the exit code

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            self._stop_at = time.monotonic() + self._settings.drain_delay
        super().handle_exit(sig, frame)
        asyncio.get_running_loop().call_soon_threadsafe(self._draining.begin)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) and (self.force_exit or time.monotonic() >= self._stop_at)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, but: who has connected is served, the application closes its WebSockets, and what is cancelled
        at last, or after a second Ctrl-C, has ended before the engine is disposed of.
        """
        logger.info("Shutting down")
        await self._accept_pending()
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        await asyncio.sleep(0.01)  # reads what has arrived on connections that look idle
        self._draining.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wait_tasks_to_complete(), self._settings.shutdown_timeout)
        if self.server_state.tasks:
            await self._cancel(self.server_state.tasks)
        await self._close_connections()
        self._checking.cancel()
        await self.lifespan.shutdown()

    async def _accept_pending(self) -> None:
        """Accept who has connected: closing the socket would refuse them. Another worker may do it as well."""
        pending = select.poll()
        for server in self.servers:
            for sock in server.sockets:
                pending.register(sock.fileno(), select.POLLIN)
        until = time.monotonic() + PENDING
        while pending.poll(0) and time.monotonic() < until:  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0.001)

    async def _cancel(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        tasks = tuple(tasks)
        logger.warning("%d requests and WebSockets did not end in time and are cancelled", len(tasks))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CANCELLING)

    async def _close_connections(self) -> None:
        """Close what is left, so that the event loop can be: first with what is still to be sent."""
        for end in (methodcaller("close"), methodcaller("abort")):
            for connection in tuple(self.server_state.connections):
                end(connection.transport)
            if self.server_state.connections:
                await asyncio.sleep(0.1)
