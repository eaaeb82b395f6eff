"""The gql-api command as a person uses it: real processes, real sockets."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import environ
from pathlib import Path
from threading import Timer
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
        """Its lines as they are, and what each of them says, below."""
        self.said: list[str] = []
        for line in map(message, self.lines()):
            if line.startswith(("Explorer: ", "API: ", "Serving: ")):
                self.address = line.split()[1].rstrip(",")
                break
        else:
            raise AssertionError(self.said)

    def lines(self) -> Iterator[str]:
        """Read on what it says."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.written.append(line.rstrip())
            self.said.append(message(self.written[-1]))
            yield self.written[-1]

    def ask(self, query: str) -> Any:
        answer = httpx.post(self.address, json={"query": query}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(how)
        _, rest = self.process.communicate(timeout=60)
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
                process.communicate(timeout=60)
