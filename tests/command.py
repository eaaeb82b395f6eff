"""The gql-api command as a person uses it: real processes, real sockets."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import environ
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, Timer
from typing import Any

import httpx

PROJECT = Path(__file__).parents[1]
COMMAND: Sequence[str | Path] = (sys.executable, "-m", "gql_api")
"""This project's. An installed one is given by its path."""


def environment(**variables: str) -> dict[str, str]:
    """The variables of a person who has set these and nothing else of ours, but for a port that is free."""
    kept = {
        name: value for name, value in environ.items() if name != "DATABASE_URL" and not name.startswith("GQL_API_")
    }
    return {**kept, "PYTHONPATH": str(PROJECT), "GQL_API_PORT": "0", **variables}


def run(
    *arguments: str, cwd: Path, command: Sequence[str | Path] = COMMAND, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def message(line: str) -> str:
    """Return what a line of stderr says: in JSON, among other things."""
    return str(json.loads(line)["message"]) if line.startswith("{") else line


class Served:
    """A running `gql-api dev` or `serve`, and what it has said up to its address."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.written: list[str] = []
        """Its lines as they are, and what each of them says, below: as far as somebody has asked for them."""
        self.said: list[str] = []
        self._unread: SimpleQueue[str | None] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        for line in map(message, self.lines()):
            if line.startswith(("Explorer: ", "API: ", "Serving: ")):
                self.address = line.split()[1].rstrip(",")
                break
        else:
            raise AssertionError(self.said)

    def _read(self) -> None:
        """Read whatever it writes, wanted or not: a process whose pipe is full stands still."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._unread.put(line.rstrip())
        self._unread.put(None)

    def lines(self) -> Iterator[str]:
        """Read on what it says, to its end."""
        while (line := self._unread.get()) is not None:
            self.written.append(line)
            self.said.append(message(line))
            yield line
        self._unread.put(None)  # who reads on finds the end again

    def ask(self, query: str) -> Any:
        answer = httpx.post(self.address, json={"query": query}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        """End it in good order, and return what has not been read yet."""
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        assert not self._reader.is_alive()  # or some part of it is left
        rest = "\n".join(self.lines())
        assert self.process.returncode == 0, rest
        return rest


@contextmanager
def serving(
    *arguments: str, cwd: Path, command: Sequence[str | Path] = COMMAND, at_most: float = 100, **variables: str
) -> Iterator[Served]:
    """Run `gql-api dev` or `serve`, for at most so many seconds."""
    with subprocess.Popen(
        [*command, *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # Who waits for a line that never comes reads the end then, and fails.
        patience = Timer(at_most, process.kill)
        patience.start()
        try:
            yield Served(process)
        finally:
            patience.cancel()
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)
