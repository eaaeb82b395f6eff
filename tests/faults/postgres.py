"""A PostgreSQL of the tests' own that may be stopped, killed, frozen and started again, with the data that it had."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from gql_api import embedded

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
"""How PostgreSQL stops: after it has ended all connections in good order, or as in a crash."""


class Postgres:
    def __init__(self, folder: Path, sockets: Path) -> None:
        owner = embedded._Owner()
        owner.own(folder)
        owner.own(sockets)
        self.own = owner.own
        self._server = embedded._Server(owner, folder, owner.runnable(embedded._wheel_programs(), folder), sockets)
        self.socket = sockets / ".s.PGSQL.5432"

    def url(self, name: str) -> str:
        return self._server.url.replace("/postgres?", f"/{name}?")

    def start(self) -> None:
        # Durable: what it has acknowledged must be there after a crash.
        self._server.start(durable=True)

    def stop(self, how: signal.Signals = FAST) -> None:
        process = self._server._process
        assert process is not None
        process.send_signal(how)
        process.wait(60)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let none of its processes run meanwhile, as if the machine hung: connections stay, nothing answers."""
        processes = self._processes()
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in reversed(processes):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        assert self._server._process is not None
        first = psutil.Process(self._server._process.pid)
        first.suspend()  # so that it starts no others meanwhile
        return [first, *first.children(recursive=True)]
