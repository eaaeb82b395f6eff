"""The servers, each a process of its own with one worker: ours as `gql-api serve` runs it, and its peers."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.load import message
from benchmarks.works import Q1, Request, Work

PROJECT = Path(__file__).parents[1]
OURS, STOCK, LIMIT, BEFORE = "ours", "stock", "limit", "before"
PATIENCE = 60.0
"""Seconds that a server has to start, and one request to be answered."""

SERVE = ("-m", "gql_api", "serve", "--workers", "1", "--port", "{port}")
UVICORN = (
    *("-m", "uvicorn", "--factory", "--port", "{port}", "--loop", "uvloop", "--http", "httptools"),
    *("--no-access-log", "--log-level", "warning"),
)


@dataclass(frozen=True)
class Kind:
    """How a server is started."""

    name: str
    arguments: Sequence[str]
    ours: bool = False
    """Whether it is asked in the contract's words."""
    project: Path = PROJECT
    variables: tuple[tuple[str, str], ...] = ()


KINDS = (
    Kind(OURS, SERVE, ours=True),
    Kind(STOCK, (*UVICORN, "benchmarks.peers.stock:create_app")),
    Kind(LIMIT, (*UVICORN, "benchmarks.peers.limit:create_app")),
)


class Server:
    """One that runs."""

    def __init__(self, kind: Kind, port: int, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.name = kind.name
        self.port = port
        self.folder = folder
        """Where it runs."""
        self.process = process
        self._ours = kind.ours
        self._usage = psutil.Process(process.pid)

    def request(self, work: Work) -> Request:
        return work.ours if self._ours else work.stock

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used, all its threads together."""
        times = self._usage.cpu_times()
        return times.user + times.system

    def ask(self, work: Work) -> tuple[int, bytes]:
        """Ask once, on a connection of its own, and return the status and the body of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(message(self.port, self.request(work).body()))
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.read()


@contextmanager
def started(kinds: Sequence[Kind], url: str) -> Iterator[list[Server]]:
    """Run servers on a database. What they log goes into files, as that of a service does."""
    with TemporaryDirectory(prefix="gql-benchmark-") as folder:
        here = Path(folder)
        servers: list[Server] = []
        try:
            servers.extend(_start(kind, url, here) for kind in kinds)
            for server in servers:
                _wait_until_ready(server)
            yield servers
        finally:
            for server in servers:
                server.process.send_signal(signal.SIGINT)
            for server in servers:
                try:
                    server.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    server.process.kill()
                    server.process.wait()


def _start(kind: Kind, url: str, folder: Path) -> Server:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GQL_API_")}
    with _log(folder, kind.name).open("wb") as log:
        process = subprocess.Popen(
            [_python(kind.project), *(part.format(port=port) for part in kind.arguments)],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(kind.project), "DATABASE_URL": url, **dict(kind.variables)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: servers stop when we say so
        )
    return Server(kind, port, folder, process)


def _python(project: Path) -> str:
    """Return the Python to run a checkout with: its own, where it has one, for it may need other libraries."""
    own = project / ".venv" / "bin" / "python"
    return str(own) if project != PROJECT and own.exists() else sys.executable


def _wait_until_ready(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            server.ask(Q1)
            return
        time.sleep(0.05)
    said = _log(server.folder, server.name).read_text(errors="replace")
    raise RuntimeError(f"{server.name} did not start: {said[-2000:]}")


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"
