"""WebSocket connections: what is sent on them is bounded, and broken frames close them with the code that says so."""

import asyncio
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame

from gql_api.http.protocols.connection import Watched, refusal
from gql_api.settings.limits import LimitSettings

CLOSE_TIMEOUT = 1
"""Seconds that a client has to confirm that the WebSocket is closed, when the server ends."""


class WebSocketProtocol(Watched, WebSocketsSansIOProtocol):
    frames: list[Any]  # a message's first bytes, or all that have come

    def __init__(self, limits: LimitSettings, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self.limits = limits
        self.app = partial(self._run, self.app)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # It was a valid HTTP request, but has a body, or longer lines than a WebSocket's handshake may have.
            # uvicorn would leave the connection open, and say nothing.
            self.close_sent = True
            self.transport.write(refusal(HTTPStatus.BAD_REQUEST, "This is not a valid request for a WebSocket."))
            self.transport.close()

    def shutdown(self) -> None:
        """Leave the WebSocket open: the application, told by `Draining`, closes it when its operations have ended."""
        self.close_timeout = CLOSE_TIMEOUT
        if self.close_sent:
            super().shutdown()

    def handle_cont(self, event: Frame) -> None:
        """Join fragments at once: as objects of their own, small ones would take many times what is allowed."""
        if not isinstance(self.frames[0], bytearray):
            self.frames[0] = bytearray(self.frames[0])
        self.frames[0] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer, unless the client does not read: answers would pile up."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """As uvicorn's, but for a text that is no UTF-8, which it logs with a traceback."""
        (data,) = self.frames
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "text":
            try:
                self.queue.put_nowait({"type": "websocket.receive", "text": data.decode()})
            except UnicodeDecodeError:
                with suppress(InvalidState):  # the client has closed it in what came with this text
                    self.conn.send_close(CloseCode.INVALID_DATA)
                self.handle_parser_exception()
                return
        else:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": bytes(data)})
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    async def _run(self, app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
            # Refused, or left by the client before it was open: that is an end, too, which uvicorn logs as an error.
            self.handshake_complete = self.handshake_complete or self.close_sent or self.transport.is_closing()
        except asyncio.CancelledError:  # the server has no more time
            if self.handshake_complete and not self.close_sent:
                self.close_sent = True
                self.conn.send_close(CloseCode.GOING_AWAY)
                self.transport.write(b"".join(self.conn.data_to_send()))
