"""The PostgreSQL that comes along: its folder, its owner, its end."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from gql_api import embedded
from gql_api.errors import StartupError


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody can get to: pytest's own is closed when root runs it."""
    with TemporaryDirectory(prefix="gql-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def ask(url: str, statement: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_data_is_kept_between_runs(folder: Path) -> None:
    with embedded.running(folder) as url:
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded.running(folder) as url:
        assert ask(url, "SELECT answer FROM kept") == 42
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW server_encoding") == "UTF8"


def test_it_listens_on_a_private_socket_only(folder: Path) -> None:
    with embedded.running(folder, durable=False) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        sockets = Path(str(ask(url, "SHOW unix_socket_directories")))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must hand the server to somebody else")
def test_root_runs_it_as_nobody_and_opens_no_other_folder(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    wanted = closed / "below"
    with embedded.running(wanted, durable=False) as url:
        data = Path(str(ask(url, "SHOW data_directory")))
    assert embedded.place(wanted) == data.parent
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert data.is_relative_to(embedded.SYSTEM_FOLDER)
        assert data.stat().st_uid != 0
        assert not wanted.exists()
    finally:
        subprocess.run(["rm", "-rf", str(data.parent)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must hand the server to somebody else")
def test_data_stays_where_it_is_when_permissions_change(folder: Path) -> None:
    above = folder / "above"
    above.mkdir(mode=0o755)
    with embedded.running(above / "data-dir", durable=False):
        pass
    above.chmod(0o700)
    with pytest.raises(StartupError, match="out of reach"), embedded.running(above / "data-dir"):
        pass
    other = folder / "other"
    other.mkdir(mode=0o700)
    with embedded.running(other / "data-dir", durable=False):
        stead = embedded.place(other / "data-dir")
    try:
        other.chmod(0o755)
        assert embedded.place(other / "data-dir") == stead
    finally:
        subprocess.run(["rm", "-rf", str(stead)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must copy the programs for somebody else")
def test_root_copies_programs_that_nobody_cannot_reach(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    wheel = embedded._wheel_programs().parents[1]
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        subprocess.run(["cp", "-r", str(part), str(closed)], check=True)
    programs = closed / wheel.name / "pginstall" / "bin"
    for _ in range(2):
        with embedded.running(folder / "home", durable=False, programs=programs) as url:
            assert ask(url, "SELECT 1") == 1
    assert len(list((folder / "home").glob("programs-*"))) == 1


def test_a_second_one_is_told_and_does_no_harm(folder: Path) -> None:
    with embedded.running(folder, durable=False) as url:
        with pytest.raises(StartupError, match="runs already"), embedded.running(folder):
            pass
        assert ask(url, "SELECT 1") == 1


def test_the_server_of_a_killed_process_is_taken_over(folder: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from gql_api import embedded
with embedded.running(Path({str(folder)!r}), durable=False) as url:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = postmaster(folder)
    os.kill(left, 0)  # it is still there
    with embedded.running(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1
        assert postmaster(folder) != left


def test_a_strangers_process_is_left_alone(folder: Path) -> None:
    """The number of a killed server may be another process's by now."""
    with embedded.running(folder, durable=False):
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "100"])
    try:
        (folder / "data" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with embedded.running(folder, durable=False) as url:
            assert ask(url, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_initdb_is_begun_again(folder: Path) -> None:
    (folder / "data.unfinished").mkdir()
    (folder / "data.unfinished" / "PG_VERSION").write_text("18\n")
    with embedded.running(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_another_versions_data_is_left_alone(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartupError, match="made by PostgreSQL 9"), embedded.running(folder):
        pass


def test_what_cannot_start_says_why(folder: Path) -> None:
    with embedded.running(folder, durable=False):
        pass
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("nonsense = 1\n")
    with pytest.raises(StartupError, match="did not start"), embedded.running(folder):
        pass


def test_what_cannot_be_initialized_says_why(folder: Path) -> None:
    programs = folder / "programs"
    programs.mkdir()
    (programs / "initdb").write_text("#!/bin/sh\necho 'the disk is full'\nexit 1\n")
    (programs / "initdb").chmod(0o755)
    with pytest.raises(StartupError, match="the disk is full"), embedded.running(folder / "home", programs=programs):
        pass
