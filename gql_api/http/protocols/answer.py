"""How an answer goes out: its head and its body in one write, where both are there at once."""

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

PLAIN = re.compile(rb"(?:[a-z0-9-]+: [\t\x20-\x7e\x80-\xff]*\r\n)*")
"""Headers as they are written. What is not plain, uvicorn refuses or makes so."""


class Answering:
    """The ASGI `send` of a request. It holds the head back until it knows how the body begins, as ASGI wants it, and
    leaves to uvicorn what is not whole, or not plain.
    """

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._start: Any = None

    async def __call__(self, message: Any) -> None:
        cycle, start = self._cycle, self._start
        if start is None:
            if message["type"] == "http.response.start" and not cycle.response_started:
                self._start = message
            else:
                await cycle.send(message)
            return
        self._start = None
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        whole = message["type"] == "http.response.body" and not message.get("more_body")
        head = self._head(start, message) if whole else None
        if head is None:
            await cycle.send(start)
            await cycle.send(message)
        elif not cycle.disconnected:
            self._write(head, message["body"])

    def _head(self, start: Any, message: Any) -> bytes | None:
        """Return the head of an answer that is whole; None where uvicorn has to look at it."""
        cycle, status, body = self._cycle, start["status"], message.get("body")
        headers = [*cycle.default_headers, *start.get("headers", ())]
        named = dict(headers)
        if (
            not body
            or named.get(b"content-length") != b"%d" % len(body)
            or not named.keys().isdisjoint({b"connection", b"transfer-encoding"})
            or cycle.scope["method"] == "HEAD"
        ):
            return None
        lines = b"".join([b"%b: %b\r\n" % (name, value) for name, value in headers])
        if lines.count(b"\n") != len(headers) or PLAIN.fullmatch(lines) is None:
            return None
        last = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        return STATUS_LINE[status] + lines + last

    def _write(self, head: bytes, body: bytes) -> None:
        """Do what uvicorn does when an answer goes out, and is complete."""
        cycle = self._cycle
        cycle.response_started, cycle.waiting_for_100_continue = True, False
        cycle.transport.write(head + body)
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
