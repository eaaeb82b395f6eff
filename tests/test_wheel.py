"""The wheel, installed in an empty environment, away from this folder: for each Python that is here."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from os import environ
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from gql_api import migrations
from gql_api.http.documentation import DOCUMENTS
from tests.command import PROJECT, environment, run, serving
from tests.conftest import Server

UV = environ.get("UV") or shutil.which("uv") or str(PROJECT / ".uv" / "bin" / "uv")
OLDEST = (3, 11)


@cache
def pythons() -> dict[str, str]:
    """The interpreters of this machine that the package is for, one of each version: the newest release."""
    pyenv = Path(environ.get("PYENV_ROOT", Path.home() / ".pyenv"))  # whose own commands answer for one version only
    folders = map(str, pyenv.glob("versions/*/bin"))
    listing = [UV, "python", "list", "--only-installed", "--output-format", "json"]
    search = {"PATH": os.pathsep.join([*folders, environ["PATH"]])}
    found = {sys.version_info[:2]: sys.executable}
    for each in json.loads(subprocess.check_output(listing, cwd=PROJECT, env=environment(**search))):
        version = (each["version_parts"]["major"], each["version_parts"]["minor"])
        if (each["implementation"], each["variant"]) == ("cpython", "default") and version >= OLDEST:
            found.setdefault(version, each["path"])
    return {f"{major}.{minor}": path for (major, minor), path in sorted(found.items())}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as a registry would get it."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([UV, "build", "--quiet", "--out-dir", out], cwd=PROJECT, env=environment(), check=True)
    assert len(list(out.glob("*.tar.gz"))) == 1
    (built,) = out.glob("*.whl")
    return built


def test_it_carries_the_package_and_its_migrations_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    versions = {f"gql_api/_alembic/versions/{path.name}" for path in (PROJECT / "alembic" / "versions").glob("*.py")}
    assert versions | {"gql_api/_alembic/env.py"} <= names
    assert {f"gql_api/{path.relative_to(PROJECT / 'gql_api')}" for path in (PROJECT / "gql_api").rglob("*.py")} <= names
    built = {
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "gql_api" / "http" / "bundle").rglob("*")
        if path.is_file()
    }
    assert built <= names
    assert {f"gql_api/http/documents/{name}" for name in DOCUMENTS} <= names
    assert {name.split("/")[0] for name in names} == {"gql_api", wheel.name.rsplit("-", 3)[0] + ".dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def tried() -> list[str]:
    """Return the version that runs the tests or, in CI, where there is time, the oldest and the newest."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    every = list(pythons())
    return [*dict.fromkeys([every[0], every[-1]])] if environ.get("GQL_TEST_MORE_PYTHONS") else [running]


@pytest.mark.parametrize("version", tried())
async def test_the_command_works_from_it(server: Server, wheel: Path, folder: Path, version: str) -> None:
    url = server.url(await server.create())
    venv = folder / "venv"
    installed = [venv / "bin" / "gql-api"]
    elsewhere = folder / "elsewhere"

    def uv(words: str, *paths: Path | str) -> None:
        subprocess.run([UV, *words.split(), *paths], cwd=PROJECT, env=environment(), check=True)

    def install() -> None:
        elsewhere.mkdir()
        locked = folder / "locked.txt"
        uv("export --quiet --locked --no-dev --no-emit-project --no-hashes --output-file", locked)
        uv("venv --quiet --python", pythons()[version], venv)
        uv("pip install --quiet --python", venv, "--constraints", locked, wheel)

    def use() -> None:
        def gql_api(*arguments: str, **variables: str) -> str:
            done = run(*arguments, cwd=elsewhere, command=installed, PYTHONPATH="", **variables)
            assert done.returncode == 0, done.stderr
            return done.stdout + done.stderr

        assert "gql-api dev" in gql_api("--help")
        assert gql_api("schema") == (PROJECT / "schema.graphql").read_text()
        assert gql_api("migrate", DATABASE_URL=url) == f"Migrated from nothing to {migrations.head()}.\n"
        on_it = {"cwd": elsewhere, "command": installed, "PYTHONPATH": ""}
        with serving("serve", "--workers", "2", DATABASE_URL=url, **on_it) as served:  # type: ignore[arg-type]
            assert served.ask("{ taskCount }") == {"taskCount": 0}
            assert "Traceback" not in served.stop()
        with serving("dev", **on_it) as served:  # type: ignore[arg-type]
            assert served.ask('{ tag(by: {name: "focus"}) { taskCount } }')["tag"]["taskCount"] > 3
            for path, what in {"graphql": 'id="explorer"', "documentation/README.md": "<h1"}.items():
                answer = httpx.get(urljoin(served.address, path), headers={"accept": "text/html"}, timeout=60)
                assert what in answer.text
                assert 'data-built="false"' not in answer.text
            assert "Traceback" not in served.stop()

    await asyncio.to_thread(install)
    await asyncio.to_thread(use)
