"""What connections of both protocols have in common."""

import asyncio
import json
from collections.abc import Iterable
from http import HTTPStatus
from operator import itemgetter

from gql_api.errors import RequestErrorCode
from gql_api.settings.limits import LimitSettings

LEAST = 50_000
"""Bytes that a client takes in a request's time at least: a large answer may take longer as a whole."""


class Watched(asyncio.Protocol):
    """A connection whose client is given up when it does not take what is sent to it."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    limits: LimitSettings

    stalled: float | None = None
    """Since when the client has been waited for to take what is sent, or LEAST of it."""
    _untaken = 0
    """Bytes that were not taken then."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_from(self.loop.time())

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalled = None

    @property
    def unsent(self) -> int:
        """Bytes that the client has not taken yet, and the system neither."""
        return self.transport.get_write_buffer_size()

    def check(self, now: float) -> None:
        """End the connection if its time is up. `now` is the loop's time."""
        # A transport that is closed first sends what it still holds: without an end, to who takes nothing.
        if self.stalled is None and self.transport.is_closing():
            self._wait_from(now)
        if self.stalled is not None and now - self.stalled > self.limits.request_timeout:
            if self.transport.get_write_buffer_size() > self._untaken - LEAST:
                self.transport.abort()
            else:
                self._wait_from(now)

    def _wait_from(self, now: float) -> None:
        self.stalled, self._untaken = now, self.transport.get_write_buffer_size()


def give_up(connections: Iterable[Watched], most: int) -> None:
    """End those who have taken nothing for longest, until no more than `most` bytes are kept for all together."""
    kept = sum(each.unsent for each in connections)
    for _, connection in sorted(
        ((each.stalled, each) for each in connections if each.stalled is not None), key=itemgetter(0)
    ):
        if kept <= most:
            return
        kept -= connection.unsent
        connection.transport.abort()


def refusal(status: HTTPStatus, message: str, code: RequestErrorCode = RequestErrorCode.BAD_REQUEST) -> bytes:
    """Return the last answer on a connection, as it is sent."""
    body = json.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    return (
        f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"connection: close\r\n\r\n{body}"
    ).encode()
