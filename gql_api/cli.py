"""The gql-api command: what can be typed. What is then done stands in `commands`.

That is imported when a command runs: it takes a second, for which neither --help nor shell completion should wait.
"""

import signal
import sys
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from gql_api.errors import StartupError

app = typer.Typer(
    name="gql-api",
    help="A GraphQL API for tasks, their categories and their tags.\n\n"
    "Start with `gql-api dev`: it needs nothing else. Everything can be set by environment variables and a file .env: "
    "see `gql-api settings`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
migrate_app = typer.Typer(
    help="Bring the database to the state that a version of the API needs.\n\n"
    "DATABASE_URL's, or that of the PostgreSQL that comes along. Without a command it does `up`.",
    invoke_without_command=True,
)
app.add_typer(migrate_app, name="migrate")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gql-api {version('gql-api')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Tell the version, and exit.")
    ] = False,
) -> None:
    pass


Host = Annotated[str | None, typer.Option(help="Address to listen on. GQL_API_HOST or 127.0.0.1 without it.")]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one. GQL_API_PORT or 8000 without it."),
]


@app.command()
def dev(
    host: Host = None,
    port: Port = None,
    reload: Annotated[bool, typer.Option("--reload", help="Start anew whenever the API's own code changes.")] = False,
) -> None:
    """Serve the API with its explorer, for development.

    Without DATABASE_URL it runs a PostgreSQL of its own, keeps the data below .gql-api, migrates it, and fills an empty
    database with demo data. With DATABASE_URL it uses that database as it is.
    """
    from gql_api import commands

    commands.dev(host, port, reload=reload)


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes to answer with. GQL_API_WORKERS, or one for each CPU up to 4."),
    ] = None,
    migrate: Annotated[bool, typer.Option("--migrate", help="Migrate the database first where it is behind.")] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Listen on more than this machine although nobody needs a token.")
    ] = False,
) -> None:
    """Serve the API in production, on DATABASE_URL.

    Several processes share the port; one that dies is replaced. It adds no data, does not reload, and does not start on
    a database whose migrations are behind, nor where others could reach it without a token (GQL_API_TOKENS).
    """
    from gql_api import commands

    commands.serve(host, port, workers, migrate=migrate, public=public)


@migrate_app.callback()
def migrate_default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        migrate_up()


@migrate_app.command("up")
def migrate_up(
    revision: Annotated[str, typer.Argument(help="The revision to go up to, or a step such as +1.")] = "head",
) -> None:
    """Bring the database up to what this version needs."""
    from gql_api import commands

    commands.migrate_up(revision)


@migrate_app.command("down", context_settings={"ignore_unknown_options": True})  # -1 is no option
def migrate_down(
    revision: Annotated[
        str, typer.Argument(help="The revision to go down to, a step such as -1, or `base` for nothing at all.")
    ] = "-1",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take migrations back. What only they can store is deleted."""
    from gql_api import commands

    commands.migrate_down(revision, sure=yes)


@migrate_app.command("current")
def migrate_current() -> None:
    """Tell the revision of the database, and the one that this version needs."""
    from gql_api import commands

    commands.migrate_current()


@migrate_app.command("check")
def migrate_check() -> None:
    """Tell whether this version can run on the database as it is: exit code 0 or 1."""
    from gql_api import commands

    commands.migrate_check()


@app.command()
def seed(
    tasks: Annotated[
        int | None,
        typer.Option(min=0, max=10_000_000, help="Go on until there are so many tasks in all, your own included."),
    ] = None,
) -> None:
    """Add demo data: a task list with categories and tags.

    Only what is missing is added, so it may be run again. It works while `gql-api dev` is running.
    """
    from gql_api import commands

    commands.seed(tasks)


@app.command()
def schema(
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Compare with an earlier schema: list what is breaking, dangerous or safe; exit code 1 for breaking.",
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option(help="With --check: print the changes as an entry of a changelog, in Markdown.")
    ] = False,
) -> None:
    """Print the GraphQL schema, in the schema definition language."""
    from gql_api import commands

    commands.schema(check, markdown=markdown)


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="As a table with defaults, for a document.")] = False,
) -> None:
    """List the settings: what each is for, and its value here. Secrets are not shown."""
    from gql_api import commands

    commands.settings(markdown=markdown)


def main() -> None:
    """Run the command. What a person can mend is one line and exit code 1."""
    signal.signal(signal.SIGTERM, _unwind)
    try:
        app(prog_name="gql-api")
    except StartupError as error:
        typer.echo(f"gql-api: {error}", err=True)
        sys.exit(1)


def _unwind(_number: int, _frame: FrameType | None) -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that what was started is stopped."""
    raise KeyboardInterrupt
