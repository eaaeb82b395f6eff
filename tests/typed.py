"""The gql-api command without a process of its own, which spares it the seconds that starting and importing take."""

import logging
import signal
import sys
from dataclasses import dataclass
from io import StringIO
from os import environ
from pathlib import Path

import pytest

from gql_api.cli import main
from tests.command import environment


@dataclass
class Done:
    code: int
    stdout: str
    stderr: str


class Typed:
    """Runs a command in this process, in a folder. Tests with an event loop do so in a thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "stdin", StringIO())
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        for name in {*environ} - {*environment()}:
            monkeypatch.delenv(name)
        monkeypatch.setenv("GQL_API_PORT", "0")
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, **variables: str) -> Done:
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["gql-api", *arguments])
            patch.setattr(logging.getLogger(), "handlers", [])  # what `dev` puts there writes to a stderr that ends
            for name, value in variables.items():
                patch.setenv(name, value)
            self._capsys.readouterr()
            with pytest.raises(SystemExit) as end:
                main()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, *self._capsys.readouterr())
