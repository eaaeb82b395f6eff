"""A running `gql-api serve` to throw things at: what it answers, what it logs, what it has lent."""

import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

from tests.command import Served, serving
from tests.fuzz.responses import Response, parsed

PATIENCE = 60
"""Seconds that a client waits for an answer that must come."""

TOLD_BY_LIBRARIES = {"asyncio", "py.warnings"}
"""Loggers that say nothing unless something was left lying: a task, a connection, a coroutine."""

EXPECTED = "coroutine 'GraphQLCoreConverter.from_resolver.<locals>._async_resolver' was never awaited"
"""What Python says where a client leaves in the moment in which its operation begins: graphql-core has made the
coroutines of all fields, and those of tasks that are cancelled before they begin are dropped. They hold nothing.
"""

LEVELS = (
    "gql_operations_running",
    "gql_operations_waiting",
    "gql_websockets_open",
    'gql_pool_connections{state="lent"}',
)

Headers = Sequence[tuple[bytes, bytes]]


class Target:
    def __init__(self, served: Served, token: str | None = None) -> None:
        self.pid = served.process.pid
        self.port: int = urlsplit(served.address).port or 0
        self._served = served
        self._authorization = [(b"authorization", b"Bearer " + token.encode())] if token else []
        self._lines: list[str] = []
        self._looked_at = 0
        self._arrived = Condition()
        self._ids = count()
        self._kept: socket.socket | None = None
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._served.lines():
            with self._arrived:
                self._lines.append(line)
                self._arrived.notify_all()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, method: bytes, target: bytes, headers: Headers = (), body: bytes | None = None) -> Response:
        """Send a request in order, on a connection that is kept, and return the answer."""
        lines = [
            method + b" " + target + b" HTTP/1.1",
            b"host: test",
            *(name + b": " + value for name, value in headers),
        ]
        if body is not None:
            lines.append(b"content-length: %d" % len(body))
        request = b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")
        with suppress(OSError):  # what was kept may have been closed meanwhile
            if self._kept is not None and (answer := self._exchange(self._kept, request, method)):
                return answer
        self._kept = self.connect()
        answer = self._exchange(self._kept, request, method)
        assert answer is not None, "There was no answer"
        return answer

    def _exchange(self, connection: socket.socket, request: bytes, method: bytes) -> Response | None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may be refused before all of it is sent
            connection.sendall(request)
        data, over = b"", False
        while not over:
            part = connection.recv(65_536)
            data, over = data + part, not part
            answers, _ = parsed(data, closed=over, bodiless=method == b"HEAD")
            if answers:
                if over or answers[0].values("connection") == ["close"]:
                    connection.close()
                    self._kept = None
                return answers[0]
        connection.close()
        self._kept = None
        return None

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def graphql(self, body: bytes, headers: Headers = ((b"content-type", b"application/json"),)) -> Response:
        return self.ask(b"POST", b"/graphql", [*self._authorization, *headers], body)

    def check(self, *sent: object) -> None:
        """Fail, and say what was `sent`, unless it answers still, and has logged no failure since it was last asked."""
        id = f"control-{next(self._ids)}"
        headers = [*self._authorization, (b"content-type", b"application/json"), (b"x-request-id", id.encode())]
        answer = self.graphql(b'{"query": "query Control { __typename }"}', headers)
        assert (answer.status, json.loads(answer.body)) == (200, {"data": {"__typename": "Query"}}), answer
        # What was logged before is there once the control's own line is: it is one pipe.
        with self._arrived:
            assert self._arrived.wait_for(lambda: any(id in line for line in self._lines[self._looked_at :]), PATIENCE)
            new, self._looked_at = self._lines[self._looked_at :], len(self._lines)
        assert not (bad := [line for line in new if _is_failure(line)]), "\n".join(["", *bad, *map(repr, sent)])

    def levels(self) -> dict[str, float]:
        """Return what it has lent, runs and holds open."""
        text = self.ask(b"GET", b"/metrics", self._authorization).body.decode()
        return {
            name: float(found[1])
            for name in LEVELS
            if (found := re.search(f"^{re.escape(name)} (.+)$", text, re.MULTILINE))
        }


def _is_failure(line: str) -> bool:
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:
        return True  # a process that ends, or a library that prints
    if EXPECTED in record["message"]:
        return False
    return record["level"] in {"ERROR", "CRITICAL"} or record["logger"] in TOLD_BY_LIBRARIES


@contextmanager
def running(database: str, folder: Path, token: str | None = None, **variables: str) -> Iterator[Target]:
    given = {
        "DATABASE_URL": database,
        "GQL_API_WORKERS": "1",
        "GQL_API_METRICS": "true",
        "GQL_API_EXPLORER": "true",
        "GQL_API_INTROSPECTION": "true",
        "PYTHONWARNINGS": "always::ResourceWarning,always::RuntimeWarning",
        **({"GQL_API_TOKENS": token} if token else {}),
        **variables,
    }
    with serving("serve", cwd=folder, at_most=7_200, **given) as served:
        target = Target(served, token)
        target.check()
        yield target
        target.check()
        target.close()
