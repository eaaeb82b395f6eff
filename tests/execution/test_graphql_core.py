"""graphql-core's own tests of execution, with the executor that compiles in the place of graphql-core's.

They come with graphql-core's source distribution, of the version and with the hash that `uv.lock` has.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from os import environ
from pathlib import Path
from typing import Any

import pytest

from tests.command import PROJECT

UV = environ.get("UV") or shutil.which("uv") or str(PROJECT / ".uv" / "bin" / "uv")
KEPT = Path(sys.prefix) / "cache" / "graphql-core"
"""Where the source distribution is kept: beside what else is installed for this project."""

TESTS = ("tests/execution", "tests/test_star_wars_query.py", "tests/test_user_registry.py")


def sources(kept: Path = KEPT) -> Path:
    """Return the folder of graphql-core's source distribution, downloaded once."""
    packages = tomllib.loads((PROJECT / "uv.lock").read_text())["package"]
    (package,) = (each for each in packages if each["name"] == "graphql-core")
    folder = kept / f"graphql_core-{package['version']}"
    if not folder.exists():
        kept.mkdir(parents=True, exist_ok=True)
        wanted = kept / "requirements.txt"
        wanted.write_text(f"graphql-core=={package['version']} --hash={package['sdist']['hash']}\n")
        download = ["tool", "run", "--quiet", "pip", "--quiet", "download", "--no-deps", "--no-binary", "graphql-core"]
        subprocess.run([UV, *download, "--require-hashes", "-r", wanted, "-d", kept], check=True, cwd=kept)
        with tarfile.open(kept / f"{folder.name}.tar.gz") as archive:
            archive.extractall(kept / "unpacked", filter="data")
        (kept / "unpacked" / folder.name).rename(folder)
    return folder


def run(folder: Path, out: Path, *plugins: str) -> dict[str, dict[str, Any]]:
    options = ["-c", os.devnull, "--rootdir", folder, "-p", "no:randomly", "-p", "no:cacheprovider", "-q"]
    options += ["--numprocesses=2", "-o", "python_classes=PyTest*", "-o", "asyncio_mode=strict"]
    options += ["-o", "asyncio_default_fixture_loop_scope=function", *plugins]
    command = [sys.executable, "-m", "pytest", *options, *TESTS]
    told = {**environ, "EXECUTIONS": str(out), "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: dict[str, dict[str, Any]] = json.loads(out.read_text())
    return found


@pytest.mark.timeout(600)
def test_all_of_them_pass(tmp_path: Path) -> None:
    told = run(sources(), tmp_path / "executions.json", "-p", "compiled_by_default")
    failed = [f"{name}\n{each['text']}" for name, each in told.items() if each["outcome"] != "passed"]
    print(len(told), Counter(x["outcome"] for x in told.values()))
    print(sum("compiled" in x["how"] for x in told.values()))
    by = {}
    for name, each in told.items():
        if "compiled" not in each["how"]:
            by.setdefault((name.split("::")[0], tuple(each["how"])), []).append(name)
    for k, v in by.items(): print(k, len(v), v[:3])
    assert not failed, "\n".join(failed)
