"""HTTP/1.1 connections: requests must arrive in time, in bounds and well-formed."""

import asyncio
import math
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gql_api.errors import RequestErrorCode
from gql_api.http.leaving import GONE
from gql_api.http.protocols.answer import Answering
from gql_api.http.protocols.connection import Watched, refusal
from gql_api.http.protocols.head import AROUND, BETWEEN, RefusedError, check_head, written
from gql_api.settings.limits import LimitSettings

MOST_AHEAD = 10
"""Requests that a client may send before it has the answer to an earlier one."""

LINGER = 2
"""Seconds in which a client can read why it was refused: a connection that is closed while it still sends is reset,
and the answer lost.
"""

FRESH = 1
"""Seconds that a connection on which nothing was sent yet is kept open when the server ends."""


class Awaited(Enum):
    """What is to come from the client."""

    HEAD = auto()
    BODY = auto()
    NEXT = auto()
    """The next request."""
    END = auto()
    """Nothing: it was refused."""


class HttpProtocol(Watched, HttpToolsProtocol):
    def __init__(self, limits: LimitSettings, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self.limits = limits
        self._awaited = Awaited.HEAD
        self._since = self.loop.time()
        """Since when it is awaited."""
        self._begun = False
        """A first byte of a request has come."""
        self._head = 0
        """Bytes of the head, and of the trailers."""
        self._untold = 0
        """Bytes received since the parser last told of anything: of a header without end, of a chunk's extensions."""
        self._running: RequestResponseCycle | None = None
        """The request that is with the application, or was last; `cycle` is the one that was received last."""
        self._told: list[Callable[[], object]] = []
        """What to call when its client goes before it is answered."""
        self._last = False
        """No further request is answered on this connection."""

    # What the event loop tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= self.limits.max_connections:
            self.transport = transport
            transport.close()
        else:
            super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disconnect()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._awaited is Awaited.END:
            return
        self._untold += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            why = error.__context__
            if isinstance(why, RefusedError):
                self._refuse(why.status, why.message)
            else:
                self._refuse(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP request.")
            return
        if self._head + self._untold > self.limits.max_head_size:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_large())

    def check(self, now: float) -> None:
        super().check(now)
        receiving = self._awaited in {Awaited.HEAD, Awaited.BODY}
        if self.transport.is_closing():
            return
        if receiving and self.flow.read_paused:
            self._since = now  # the application is slow to take it, not the client to send
        elif now - self._since > self._patience():
            # Where nothing was asked, an answer would be taken for that to a request that may be on its way.
            if receiving and self._begun:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time.")
            else:
                self.transport.close()

    def _patience(self) -> float:
        """Return the seconds that it may take."""
        match self._awaited:
            case Awaited.HEAD if self._last and not self._begun:
                return FRESH
            case Awaited.HEAD | Awaited.BODY:
                return self.limits.request_timeout
            case Awaited.NEXT:
                return math.inf if self._busy() else self.limits.idle_timeout
            case Awaited.END:
                return LINGER

    def shutdown(self) -> None:
        """Answer what has been asked, and what is being asked; then close."""
        self._last = True
        if self._busy():
            assert self._running is not None  # noqa: S101 - for the type checker
            self._running.keep_alive = False
        elif self._awaited is not Awaited.HEAD:
            self.transport.close()
        elif not self._begun:
            self._since = self.loop.time()

    # What the parser tells.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = True
        self._head = AROUND
        if self._awaited is not Awaited.HEAD:  # the first one's time runs since the connection was made
            self._await(Awaited.HEAD)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + BETWEEN)
        # Trailers are dropped: they would be taken for headers, past every proxy that looks at those.
        if self._awaited is Awaited.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._untold = 0
        check_head(self.parser.get_http_version(), self.parser.get_method(), self.headers)
        if self.parser.should_upgrade():
            if self._should_upgrade():
                super().on_headers_complete()  # which notes the method, and no more
            return
        super().on_headers_complete()
        self._await(Awaited.BODY)
        if self._last:
            self.cycle.keep_alive = False
        if len(self.pipeline) > MOST_AHEAD:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "Too many requests were sent ahead.")

    def on_body(self, body: bytes) -> None:
        self._untold = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._untold = 0
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._await(Awaited.NEXT)
        if not self.pipeline:
            self.flow.resume_reading()  # nothing of a body is held any more, and the client's end would go unseen

    def on_response_complete(self) -> None:
        """As uvicorn's, but for its timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self._awaited is Awaited.NEXT:
            self._since = self.loop.time()
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                rest = data[upgrade.args[0] :]
            else:
                return
            if self._should_upgrade():
                self._open_websocket(rest)
                return
            data = self._without_offer(rest)

    def _should_upgrade(self) -> bool:
        return self.parser.get_http_version() == "1.1" and super()._should_upgrade()

    def _open_websocket(self, rest: bytes) -> None:
        if rest or self._busy():
            self._refuse(HTTPStatus.BAD_REQUEST, "A WebSocket must be opened before anything else is sent on it.")
        else:
            self.handle_websocket_upgrade()

    def _without_offer(self, rest: bytes) -> bytes:
        """Begin anew as if no other protocol had been offered, as some clients do with each request (`Upgrade: h2c`).

        The parser takes the rest, which may be the request's body, for that protocol's. So another one is told of the
        same request without the offer.
        """
        headers = [header for header in self.headers if header[0] != b"upgrade"]
        head = written(self.parser.get_http_version(), self.parser.get_method(), self.url, headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does; it says why
        return head + rest

    def _count(self, length: int) -> None:
        self._untold = 0
        self._head += length
        if self._head > self.limits.max_head_size:
            raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_large())

    def _too_large(self) -> str:
        return f"The request's first line and headers are larger than {self.limits.max_head_size:,} bytes."

    def _await(self, what: Awaited) -> None:
        self._awaited = what
        self._since = self.loop.time()

    # What the application does, and how it ends.

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        self._told = []
        cycle.scope["extensions"] = {GONE: {"calls": self._told}}
        super()._start_asgi_task(cycle, partial(self._run, cycle, app))

    async def _run(self, cycle: RequestResponseCycle, app: Any, scope: Any, receive: Any, _send: Any) -> None:
        try:
            await app(scope, receive, Answering(cycle))
        except asyncio.CancelledError:  # the server has no more time
            message = "The server is going down. Try again shortly."
            answer = refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, RequestErrorCode.UNAVAILABLE)
            self._end(None if cycle.response_started else answer)

    def _busy(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Refuse what is being received: with an answer, unless it has one, or another request's comes first."""
        own = self.cycle if self._awaited is Awaited.BODY else None
        in_turn = not self._busy() or self._running is own
        self._end(refusal(status, message) if in_turn and (own is None or not own.response_started) else None)

    def _end(self, answer: bytes | None) -> None:
        self._disconnect()
        self.pipeline.clear()
        self._await(Awaited.END)
        if self.transport.is_closing():
            return
        if answer is None:
            self.transport.close()
            return
        self.transport.write(answer)
        self.transport.write_eof()
        self.flow.resume_reading()  # and forget what comes

    def _disconnect(self) -> None:
        """Tell the application that the client is gone. uvicorn tells it for `cycle` only."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
            for tell in tuple(self._told):
                tell()
