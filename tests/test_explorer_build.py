"""Building the explorer: what happens where that is not possible, and when it is done anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import PROJECT

BUNDLE = Path("gql_api", "http", "bundle")
UNBUILT = shutil.ignore_patterns("node_modules", ".building")

NPM = """#!/bin/sh
echo "npm $*" >> {log}
case "$1" in
  ci) mkdir -p node_modules; exit {ci} ;;
  run) for last; do :; done; mkdir -p "$last/assets"; echo '{{}}' > "$last/manifest.json"; exit {vite} ;;
esac
"""
"""Stands in for npm, which is not ours: it notes what is asked of it, and does it or fails."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the explorer is made of, where nothing is built."""
    shutil.copytree(PROJECT / "graphiql", tmp_path / "project" / "graphiql", ignore=UNBUILT)
    return tmp_path / "project"


class Builder:
    def __init__(self, project: Path, programs: Path) -> None:
        self.project = project
        self.programs = programs
        self.log = programs / "log"
        programs.mkdir()
        self.have(ci=0, vite=0)

    def have(self, node: str = "v24.1.0", ci: int = 0, vite: int = 0) -> None:
        self._program("node", f"#!/bin/sh\necho {node}\n")
        self._program("npm", NPM.format(log=self.log, ci=ci, vite=vite))
        self.log.write_text("")

    def _program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def __call__(self) -> subprocess.CompletedProcess[str]:
        """Run it as somebody who has these programs, and those that every system has."""
        environment = {"PATH": os.pathsep.join([str(self.programs), "/usr/bin", "/bin"])}
        script = self.project / "graphiql" / "build.py"
        return subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)

    def asked(self) -> list[str]:
        return [line.split()[1] for line in self.log.read_text().splitlines()]


@pytest.fixture
def build(project: Path, tmp_path: Path) -> Builder:
    return Builder(project, tmp_path / "programs")


def test_it_is_built_once_and_anew_when_something_of_it_has_changed(build: Builder) -> None:
    assert build().returncode == 0
    assert build.asked() == ["ci", "run"]
    assert (build.project / BUNDLE / "manifest.json").exists()
    again = build()
    assert (again.returncode, again.stderr) == (0, "")
    assert build.asked() == ["ci", "run"]
    example = build.project / "graphiql" / "examples" / "1-tasks.graphql"
    example.write_text(example.read_text() + "# more\n")
    assert build().returncode == 0
    assert build.asked() == ["ci", "run", "run"]  # the packages are the same
    lock = build.project / "graphiql" / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert build().returncode == 0
    assert build.asked() == ["ci", "run", "run", "ci", "run"]


def test_a_damaged_one_is_built_anew(build: Builder) -> None:
    assert build().returncode == 0
    (build.project / BUNDLE / "manifest.json").unlink()
    (build.project / BUNDLE).with_name("bundle.killed").mkdir()
    assert build().returncode == 0
    assert build.asked() == ["ci", "run", "run"]
    assert [path.name for path in (build.project / BUNDLE).parent.iterdir()] == [BUNDLE.name]


def test_where_nothing_can_be_written_that_is_said(build: Builder) -> None:
    # A folder in the place of a file cannot be opened by root either.
    (build.project / "graphiql" / ".building").mkdir()
    failed = build()
    assert failed.returncode == 1
    assert failed.stderr == (
        "The explorer has not been built, since files cannot be written: Is a directory. "
        "The page offers a plain form instead.\n"
    )


def test_tests_are_no_part_of_it(build: Builder) -> None:
    assert build().returncode == 0
    (build.project / "graphiql" / "src" / "another.test.ts").write_text("")
    assert build().returncode == 0
    assert build.asked() == ["ci", "run"]


@pytest.mark.parametrize(
    ("have", "why"),
    [
        ({"node": "v20.20.2"}, "The explorer has not been built, for want of npm with Node.js 22.12 or newer."),
        ({"ci": 1}, "The explorer has not been built, since npm could not install its packages."),
        ({"vite": 1}, "Vite could not build the explorer."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence_and_tried_again(build: Builder, have: dict[str, int], why: str) -> None:
    build.have(**have)  # type: ignore[arg-type]
    failed = build()
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == f"{why} The page offers a plain form instead."
    assert (build.project / BUNDLE / "missing.txt").read_text() == f"{why}\n"
    assert not (build.project / BUNDLE / "manifest.json").exists()
    build.have()
    assert build().returncode == 0
    assert (build.project / BUNDLE / "manifest.json").exists()
    assert not (build.project / BUNDLE / "missing.txt").exists()
    assert not [path for path in (build.project / BUNDLE).parent.iterdir() if path.name != BUNDLE.name]


def test_one_that_is_out_of_date_is_better_than_none(build: Builder) -> None:
    assert build().returncode == 0
    build.have(vite=1)
    (build.project / "graphiql" / "src" / "main.ts").write_text("broken")
    assert build().returncode == 1
    assert (build.project / BUNDLE / "manifest.json").exists()
    assert not (build.project / BUNDLE / "missing.txt").exists()


def test_two_at_once_build_it_once(build: Builder) -> None:
    environment = {"PATH": os.pathsep.join([str(build.programs), "/usr/bin", "/bin"])}
    command: list[str | Path] = [sys.executable, build.project / "graphiql" / "build.py"]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert build.asked() == ["ci", "run"]
