"""The files that make containers, as far as they can be checked where no container can run."""

import json
import os
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML
from typer.main import get_command

from gql_api.cli import app
from gql_api.settings import PREFIX, Settings
from tests.command import PROJECT, serving

DOCKERFILES = [PROJECT / "Dockerfile", PROJECT / "deploy" / "pgbouncer" / "Dockerfile"]
COMPOSE: dict[str, Any] = YAML(typ="safe").load(PROJECT / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IGNORED = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def instructions(dockerfile: Path, name: str) -> list[str]:
    """Return what follows each of the instructions of a name."""
    lines = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE).replace("\\\n", "").splitlines()
    return [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")]


def is_sent(path: str) -> bool:
    """Whether a file is part of the context: the last pattern that fits it, or a folder above it, says so."""
    sent = True
    for pattern in IGNORED:
        fits = pattern.removeprefix("!") if "**" in pattern else f"/{pattern.removeprefix('!')}"
        if any(part.match(fits) for part in (PurePosixPath("/", path), *PurePosixPath("/", path).parents)):
            sent = pattern.startswith("!")
    return sent


def checked(program: str, *arguments: str | Path) -> None:
    command = [Path(sys.executable).with_name(program), *arguments]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_hadolint_finds_nothing() -> None:
    checked("hadolint", *DOCKERFILES)


def test_compose_knows_every_word() -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        "gql_api/.env",
        ".git/config",
        ".venv/bin/python",
        ".gql-api/data/PG_VERSION",
        "gql_api/schema/__pycache__/task.pyc",
        "tests/conftest.py",
        "compose.yaml",
    ],
)
def test_what_no_image_may_hold_is_not_sent(path: str) -> None:
    assert not is_sent(path)


def test_all_that_is_copied_is_there_and_is_sent() -> None:
    for dockerfile in DOCKERFILES:
        copied = [copy.split()[:-1] for copy in instructions(dockerfile, "COPY") if "--from" not in copy]
        for name in (name for names in copied for name in names):
            assert (dockerfile.parent / name).exists(), name
            assert dockerfile.parent != PROJECT or is_sent(name), name
    for path in (*PROJECT.glob("gql_api/**/*.py"), *PROJECT.glob("alembic/**/*.py")):
        assert is_sent(str(path.relative_to(PROJECT))), path
    assert os.access(PROJECT / "deploy" / "pgbouncer" / "entrypoint.sh", os.X_OK)


def test_both_stages_have_one_python() -> None:
    """The environment of one is used by the other: it leads to the Python of its minor version, in the same place."""
    (image,) = {line.split()[0] for line in instructions(PROJECT / "Dockerfile", "FROM")}
    minor = re.match(r"python:(3\.\d+)-slim-[a-z]+$", image)
    assert minor is not None
    requires = re.search(r'^requires-python = "(.+)"', (PROJECT / "pyproject.toml").read_text(), re.MULTILINE)
    assert requires is not None
    assert SpecifierSet(requires[1]).contains(minor[1])


def test_uv_is_of_the_range_that_make_installs() -> None:
    version = re.search(r" uv==([\d.]+)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    allowed = re.search(r"^UV_VERSION := (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert version is not None
    assert allowed is not None
    assert SpecifierSet(allowed[1]).contains(version[1])


def test_nothing_has_more_rights_than_it_needs() -> None:
    for dockerfile in DOCKERFILES:
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", instructions(dockerfile, "USER")[-1])
    for name, service in SERVICES.items():
        assert "no-new-privileges:true" in service["security_opt"], name
        # PostgreSQL's own image begins as root, to take its volume over.
        assert name == "postgres" or (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name


def test_every_setting_is_one() -> None:
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for file in (*DOCKERFILES, *PROJECT.glob("deploy/*/*"), PROJECT / "compose.yaml"):
        assert set(re.findall(rf"{PREFIX}\w+", file.read_text())) <= settings, file


def test_every_command_is_one() -> None:
    by_default = json.loads(instructions(PROJECT / "Dockerfile", "CMD")[-1])
    for words in (by_default, *(service["command"] for service in SERVICES.values() if "command" in service)):
        command: Any = get_command(app)
        for word in words:
            command = command.commands[word]
        assert not hasattr(command, "commands"), words


def test_the_api_goes_through_the_pooler_and_migrations_go_past_it() -> None:
    pooler = ConfigParser(delimiters="=", interpolation=None)
    pooler.read(PROJECT / "deploy" / "pgbouncer" / "pgbouncer.ini")
    asked = {name: SERVICES[name]["environment"] for name in ("api", "migrate")}
    address = {name: urlsplit(environment["DATABASE_URL"]) for name, environment in asked.items()}
    assert address["api"].hostname in SERVICES
    assert address["api"].port == pooler.getint("pgbouncer", "listen_port")
    assert (pooler["pgbouncer"]["pool_mode"], asked["api"]["GQL_API_TRANSACTION_POOLING"]) == ("transaction", "true")
    assert pooler["databases"]["*"] == f"host={address['migrate'].hostname} port={address['migrate'].port}"
    assert SERVICES["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_password_is_asked_for_and_written_nowhere() -> None:
    given = [
        value
        for service in SERVICES.values()
        for name, value in service["environment"].items()
        if name.endswith("PASSWORD")
    ]
    assert len(given) == len(SERVICES)
    assert all(re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?.+\}", value) for value in given)


def test_only_this_machine_reaches_the_api_and_nothing_else() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": ["127.0.0.1:8000:8000"]
    }


def test_the_database_outlives_its_container() -> None:
    """From 18 on, the image keeps its data one folder above where it was before."""
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in COMPOSE["volumes"]


async def test_the_health_check_asks_the_api(database: str, folder: Path) -> None:
    (check,) = instructions(PROJECT / "Dockerfile", "HEALTHCHECK")
    _, *arguments = json.loads(check.partition("CMD ")[2])

    def healthy(port: int | None) -> bool:
        # A proxy that everybody should use, but for this.
        environment = {"GQL_API_PORT": str(port), "http_proxy": "http://127.0.0.1:1"}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        return done.returncode == 0

    with serving("serve", "--workers", "1", cwd=folder, DATABASE_URL=database) as served:
        port = urlsplit(served.address).port
        assert healthy(port)
        served.stop()
    assert not healthy(port)
