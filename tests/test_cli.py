"""The gql-api command as a person uses it: what it says, what it does, what it refuses in one line."""

import asyncio
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from graphql import build_schema

from gql_api import db, demo, embedded, migrations
from tests.command import COMMAND, PROJECT, environment, run, serving
from tests.conftest import Raw, Server, connected
from tests.typed import Typed


def test_the_first_day(folder: Path) -> None:
    """It comes with data, serves, refuses a second one, stops, and has kept everything when it starts again."""
    with serving("dev", cwd=folder) as first:
        assert f"Database: PostgreSQL in {folder / '.gql-api'}, with 28 demo tasks" in first.said
        found = first.ask("{ tasks(limit: 5) { id title completed category { id name } tags { name } } taskCount }")
        assert [task["category"]["name"] for task in found["tasks"]] == ["Learning"] * 4 + ["Travel"]
        readme = (PROJECT / "README.md").read_text()
        query, answer = (re.findall(rf"```{kind}\n(.*?)```", readme, re.DOTALL)[0] for kind in ("graphql", "json"))
        assert first.ask(query) == json.loads(answer)["data"]
        assert found["taskCount"] > 20
        first.ask('mutation { createTask(input: {title: "Kept 🦕", category: {name: "home"}}) { __typename } }')
        assert (added := run("seed", "--tasks", str(len(demo.LIST) + 3), cwd=folder)).returncode == 0, added.stderr
        assert "Added 2 tasks." in added.stderr
        second = run("dev", cwd=folder)
        assert second.returncode == 1
        assert "runs already" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        assert first.ask("{ taskCount }")["taskCount"] == found["taskCount"] + 3
        said = first.stop(signal.SIGINT)
        assert "Traceback" not in said
    assert not (folder / ".gql-api" / "data" / "postmaster.pid").exists()
    with serving("dev", cwd=folder) as again:
        assert not any("demo tasks" in line for line in again.said)
        (newest,) = again.ask("{ tasks(limit: 1) { title category { name } } }")["tasks"]
        assert newest == {"title": "Kept 🦕", "category": {"name": "Home"}}
        assert "Traceback" not in again.stop(signal.SIGTERM)
    assert not (folder / ".gql-api" / "data" / "postmaster.pid").exists()


def test_migrate_works_on_the_database_that_comes_along(typed: Typed, folder: Path) -> None:
    """Up, down, where it is, and whether that will do."""

    def migrate(*arguments: str) -> tuple[int, str, str]:
        done = typed("migrate", *arguments)
        return done.code, done.stdout, done.stderr

    head = migrations.head()
    where = f"Database: PostgreSQL in {folder / '.gql-api'}\n"
    for looking in ("current", "check", "down"):
        code, _, said = migrate(looking)
        assert (code, "There is no database in" in said) == (1, True)
    assert not (folder / ".gql-api").exists()
    assert migrate() == (0, "", f"{where}Migrated from nothing to {head}.\n")
    assert migrate("up") == (0, "", f"{where}The database is up to date: {head}.\n")
    assert migrate("current") == (0, f"{head}\n", where)
    assert migrate("check") == (0, "", f"{where}The database is up to date: {head}.\n")
    code, _, said = migrate("down", "0001")
    assert code == 1, "nobody was there to say yes"
    assert f"Go from {head} down to 0001? What only the later state can store is deleted." in said
    assert migrate("current")[1] == f"{head}\n"
    code, _, said = migrate("down", "-1", "--yes")
    assert (code, said.startswith(f"{where}Migrated from {head} to ")) == (0, True)
    assert migrate("down", "0001", "--yes")[0] == 0
    assert migrate("current") == (0, "0001\n", f"{where}This version needs {head}.\n")
    code, out, said = migrate("check")
    assert (code, out) == (1, "")
    assert f"is at revision 0001, not {head}. Run: " in said
    assert migrate("down", "base", "--yes") == (0, "", f"{where}Migrated from 0001 to nothing.\n")
    assert migrate("up", "0001") == (0, "", f"{where}Migrated from nothing to 0001.\n")
    for wrong in (("up", "nonsense"), ("down", "nonsense", "--yes")):
        code, _, said = migrate(*wrong)
        assert (code, said) == (1, f"{where}gql-api: Can't locate revision identified by 'nonsense'\n")
    assert f"{where}Migrated from 0001 to {head}.\n" in typed("seed").stderr


async def test_a_database_that_somebody_changed_does_not_pass_the_check(database: str, raw: Raw, typed: Typed) -> None:
    await raw.execute("ALTER TABLE tasks ADD mood text")
    checked = await asyncio.to_thread(typed, "migrate", "check", DATABASE_URL=database)
    assert checked.code == 1
    assert "its tables are not as that revision makes them: remove_column" in checked.stderr
    assert len(checked.stderr.splitlines()) == 1


async def test_a_database_of_ones_own(server: Server, typed: Typed, folder: Path) -> None:
    """It is used as it is: not migrated unasked, and given no demo data."""
    url = server.url(await server.create()).replace("postgresql://", "postgresql+asyncpg://")

    def use() -> None:
        refused = typed("dev", DATABASE_URL=url)
        assert refused.code == 1
        assert "has not been migrated yet. Run: make migrate, or gql-api migrate" in refused.stderr
        assert typed("migrate", DATABASE_URL=url).code == 0
        with serving("dev", cwd=folder, DATABASE_URL=url, GQL_API_EXPLORER="false") as served:
            assert served.said[-1] == f"API: {served.address} (Ctrl-C stops)"
            assert served.ask("{ taskCount }") == {"taskCount": 0}
        assert not (folder / ".gql-api").exists()

    await asyncio.to_thread(use)
    engine = db.create_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'another'")
    await engine.dispose()
    behind = await asyncio.to_thread(typed, "dev", DATABASE_URL=url)
    assert behind.code == 1
    assert f"is at revision another, not {migrations.head()}" in behind.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:secret@localhost/name", "must begin with postgresql://"),
        ("postgresql://u:secret@localhost:port/name", "is not an address"),
        ("postgresql://u:secret@127.0.0.1:1/name", "cannot be reached"),
        ("postgresql://u:secret@nowhere.invalid/name", "cannot be reached"),
        ("postgresql://u:secret@localhost/name?sslmode=perhaps", "not understood"),
        ("postgresql://u:secret@ss/word@localhost/name", "special characters"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_clear_line(typed: Typed, url: str, says: str) -> None:
    refused = typed("migrate", DATABASE_URL=url)
    assert refused.code == 1
    assert says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert "secret" not in refused.stderr


@pytest.mark.parametrize("command", ["dev", "serve", "seed"])
def test_so_it_is_for_every_command(typed: Typed, command: str) -> None:
    refused = typed(command, DATABASE_URL="postgresql://u:secret@127.0.0.1:1/name")
    why = "cannot be reached: is PostgreSQL running there, and is the address right?"
    assert (refused.code, refused.stderr) == (1, f"gql-api: postgresql://u@127.0.0.1:1/name {why}\n")


async def test_what_the_server_refuses_is_one_clear_line(server: Server, typed: Typed) -> None:
    latin = await server.create(options="ENCODING 'SQL_ASCII' LOCALE 'C'")
    unknown = server.url(await server.create()) + "&nonsense=1"
    for url, says in ((server.url(latin), "encoded in SQL_ASCII"), (unknown, "does not know")):
        refused = await asyncio.to_thread(typed, "migrate", DATABASE_URL=url)
        assert refused.code == 1
        assert says in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


async def test_a_database_that_is_not_there_is_one_clear_line(server: Server, typed: Typed) -> None:
    refused = await asyncio.to_thread(typed, "dev", DATABASE_URL=server.url("not_there"))
    assert refused.code == 1
    assert "There is no such database" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_taken_port_is_one_clear_line(typed: Typed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = typed("dev", "--port", port)
    assert refused.code == 1
    assert refused.stderr.splitlines() == [
        f"gql-api: Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with --host or --port"
    ]


def test_a_bad_setting_is_one_clear_line(typed: Typed) -> None:
    refused = typed("dev", GQL_API_PORT="many")
    assert refused.code == 1
    assert "GQL_API_PORT" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="There is no folder here that even root cannot write.")
def test_a_folder_that_cannot_be_written_is_one_clear_line(typed: Typed) -> None:
    refused = typed("seed", GQL_API_DATA_DIR="/proc/gql-api")
    assert refused.code == 1
    assert refused.stderr.startswith("gql-api: /proc/gql-api cannot be written: ")
    assert len(refused.stderr.splitlines()) == 1


def test_the_version_is_told(typed: Typed) -> None:
    told = typed("--version")
    assert (told.code, told.stdout) == (0, f"gql-api {version('gql-api')}\n")


def test_a_bad_file_of_settings_is_one_clear_line(typed: Typed, folder: Path) -> None:
    (folder / ".env").write_bytes(b"GQL_API_PORT=9100\xff\n")
    refused = typed("settings")
    assert (refused.code, refused.stderr) == (1, "gql-api: The file .env cannot be read as UTF-8 text\n")


def test_what_is_no_setting_is_told(typed: Typed) -> None:
    told = typed("settings", GQL_API_PROT="1")
    assert (told.code, told.stderr) == (0, "gql-api: GQL_API_PROT is no setting: is GQL_API_PORT meant?\n")
    assert "GQL_API_POOL_SIZE=10\n" in told.stdout


def test_schema_prints_the_schema(typed: Typed) -> None:
    printed = typed("schema")
    assert printed.code == 0
    assert build_schema(printed.stdout).query_type is not None


def test_schema_lists_what_changed_since_an_earlier_one(typed: Typed, folder: Path) -> None:
    published = (PROJECT / "schema.graphql").read_text()
    earlier = folder / "earlier.graphql"

    def check(before: str, after: str) -> tuple[int, str]:
        assert before in published
        earlier.write_text(published.replace(before, after))
        checked = typed("schema", "--check", "earlier.graphql")
        return checked.code, checked.stdout + checked.stderr

    assert check("", "") == (0, "0 changes since earlier.graphql: 0 breaking, 0 dangerous, 0 safe.\n")
    one = "1 change since earlier.graphql: "
    code, said = check("  name: String!\n", "  name: String!\n  mood: String\n")
    assert code == 1
    assert "BREAKING  Field Category.mood was removed.\n" in said
    assert check("union DeleteTagResult = DeleteTagSuccess |", "union DeleteTagResult =") == (
        0,
        f"DANGEROUS DeleteTagSuccess was added to union type DeleteTagResult.\n{one}0 breaking, 1 dangerous, 0 safe.\n",
    )
    code, said = check('"""Something to do."""', '"""Another."""')
    assert (code, said.startswith("SAFE      ")) == (0, True)
    code, said = check("  name: String!\n", '  name: String! @deprecated(reason: "Use `title`.")\n')
    assert (code, "SAFE      Category.name is deprecated no longer, or gone.\n" in said) == (0, True)
    code, said = check('"""Something to do."""', '"""Another."""')
    entry = typed("schema", "--check", "earlier.graphql", "--markdown").stdout
    assert re.fullmatch(r"## \d{4}-\d\d-\d\d\n\n- \*\*safe\*\*: Description of Task has changed to .*\n", entry)
    for text, says in (
        ("type {", "is no GraphQL schema at line 1, column 6: "),
        ("type Query { a: Nothing }", "is no GraphQL schema"),
    ):
        earlier.write_text(text)
        refused = typed("schema", "--check", "earlier.graphql")
        assert (refused.code, len(refused.stderr.splitlines())) == (1, 1)
        assert says in refused.stderr
    assert typed("schema", "--check", "nothing.graphql").code == 2


COMMANDS = ("dev", "serve", "migrate", "seed", "schema", "settings")


def test_help_names_the_commands_and_says_what_each_does(typed: Typed) -> None:
    helped = typed("--help")
    assert helped.code == 0
    for command in COMMANDS:
        (line,) = [line for line in helped.stdout.splitlines() if f" {command} " in line]
        assert len(line.split()) > 5
        assert typed(command, "-h").code == 0
    assert all(command in typed("migrate", "--help").stdout for command in ("up", "down", "current", "check"))
    nothing = typed()
    assert nothing.code == 2
    assert nothing.stdout.strip() == helped.stdout.strip()


def complete(folder: Path, typed: str) -> list[str]:
    """Ask as a shell does that completes the last word."""
    asked = run(
        cwd=folder,
        command=COMMAND,
        _GQL_API_COMPLETE="complete_bash",
        COMP_WORDS=typed,
        COMP_CWORD=str(len(typed.split(" ")) - 1),
    )
    return asked.stdout.split()


def test_shells_complete_commands_and_options(folder: Path) -> None:
    assert set(complete(folder, "gql-api ")) == set(COMMANDS)
    assert complete(folder, "gql-api sc") == ["schema"]
    assert set(complete(folder, "gql-api migrate ")) == {"up", "down", "current", "check"}
    assert "--tasks" in complete(folder, "gql-api seed --")
    script = run("--show-completion", "bash", cwd=folder, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "complete -o default -F _gql_api_completion gql-api" in script.stdout


def test_help_and_completion_wait_for_nothing() -> None:
    """What a command does is imported when it runs: a second that nobody should wait for at the Tab key."""
    loaded = "import sys, gql_api.cli; print(*(name for name in ('sqlalchemy', 'strawberry') if name in sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", loaded], cwd=PROJECT, text=True).strip() == ""


def test_ctrl_c_stops_seeding_and_what_is_there_is_whole(folder: Path) -> None:
    """In a terminal, where a bar shows how far it is; the rest is added by the next one."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "seed", "--tasks", "200000"],
        cwd=folder,
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        said = ""
        while not re.search(r" [1-9]\d?%", said):
            said += os.read(controller, 1000).decode()
        process.send_signal(signal.SIGINT)
        while part := _read(controller):
            said += part
    os.close(controller)
    assert process.returncode == 130
    assert "Adding tasks" in said
    assert "Traceback" not in said
    with embedded.running(folder / ".gql-api") as url:
        count = asyncio.run(tasks(url))
    assert count % 1000 in {0, len(demo.LIST)}
    assert 1000 <= count < 200_000


async def tasks(url: str) -> int:
    """Return how many tasks there are."""
    async with connected(url) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM tasks"))


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 1000).decode(errors="replace")
    except OSError:  # what Linux says at the end of a terminal
        return ""
