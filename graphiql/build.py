"""Builds the explorer into the Python package, where it is not there yet or was made of something else.

    python graphiql/build.py              # build it
    python graphiql/build.py --packages   # only install what it is made of

It needs Python's standard library, and Node.js with npm; under `uv run` these are installed where they are missing.
When something goes wrong, the package gets a file with the reason in one sentence, which the page then tells.
"""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCE = Path(__file__).resolve().parent
TARGET = SOURCE.parent / "gql_api" / "http" / "bundle"

MADE_OF = "made-of.sha256"
MISSING = "missing.txt"
OLDEST_NODE = (22, 12)
"""What Vite needs."""


class BuildError(Exception):
    """Why there is no bundle, in one sentence for who meets the page without it."""


def main() -> int:
    do = install if "--packages" in sys.argv else build
    if not ((do is build and is_fresh()) or node()):
        code = _with_node_of_ours()
        if code is not None:
            return code
    try:
        do()
    except BuildError as error:
        print(f"{error} The page offers a plain form instead.", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    return 0


def _with_node_of_ours() -> int | None:
    """Run this with the Node.js of the locked group `node`, and return the exit code. None where that cannot be had."""
    uv = environ.get("UV")  # set by `uv run`
    if uv is None or "--node" in sys.argv:
        return None
    run = [uv, "run", "--locked", "--quiet", "--no-dev", "--group", "node", "python", *sys.argv, "--node"]
    code = subprocess.run(run, check=False).returncode
    return code if code in {0, 1} else None  # uv's own is 2


def build() -> None:
    """Make the bundle, unless it is there and made of the very same files. Raises BuildError."""
    if is_fresh():
        return
    with _alone():
        if is_fresh():
            return
        try:
            TARGET.parent.mkdir(parents=True, exist_ok=True)
            for left in TARGET.parent.glob(f"{TARGET.name}.*"):  # by a build that was killed
                shutil.rmtree(left, ignore_errors=True)
            _need_node()
            print("Building the explorer: once, half a minute or so ...", file=sys.stderr)  # noqa: T201 - as above
            _install()
            with TemporaryDirectory(dir=TARGET.parent, prefix="bundle.") as temporary:
                made = Path(temporary, "bundle")
                _npm("Vite could not build the explorer.", "run", "--silent", "build", "--", "--outDir", made)
                (made / MADE_OF).write_text(_digest(*_sources()))
                shutil.rmtree(TARGET, ignore_errors=True)
                made.rename(TARGET)
        except BuildError as error:
            # One of an earlier state is better than none.
            if not (TARGET / MADE_OF).exists():
                TARGET.mkdir(exist_ok=True)
                (TARGET / MISSING).write_text(f"{error}\n", encoding="utf-8")
            raise


def install() -> None:
    """Install the packages of the lock file, unless they are there. Raises BuildError."""
    with _alone():
        _need_node()
        _install()


def is_fresh() -> bool:
    """Whether the bundle is there, whole, and made of the files that are here."""
    if _read(TARGET / MADE_OF) != _digest(*_sources()):
        return False
    try:
        chunks = json.loads((TARGET / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return all((TARGET / chunk["file"]).exists() for chunk in chunks.values())


def node() -> bool:
    """Whether there is a Node.js with npm that can build it."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def _need_node() -> None:
    if not node():
        oldest = ".".join(map(str, OLDEST_NODE))
        raise BuildError(f"The explorer has not been built, for want of npm with Node.js {oldest} or newer.")


def _install() -> None:
    installed = SOURCE / "node_modules" / f".{MADE_OF}"
    made_of = _digest(SOURCE / "package.json", SOURCE / "package-lock.json")
    if _read(installed) != made_of:
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        _npm("The explorer has not been built, since npm could not install its packages.", "ci", *quiet)
        installed.write_text(made_of)


def _npm(failure: str, *arguments: str | Path) -> None:
    done = subprocess.run(["npm", *arguments], cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise BuildError(failure)


def _sources() -> Iterator[Path]:
    """Tell of every file that the bundle is made of."""
    yield from (SOURCE / name for name in ("package.json", "package-lock.json", "vite.config.ts"))
    for folder in ("src", "examples"):
        yield from (
            path for path in sorted((SOURCE / folder).rglob("*")) if path.is_file() and ".test." not in path.name
        )


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCE).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for another one that is building here. Raises BuildError where nothing can be written."""
    try:
        with (SOURCE / ".building").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise BuildError(
            f"The explorer has not been built, since files cannot be written: {error.strerror}."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
